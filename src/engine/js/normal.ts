import type { StreamKey } from '../../math/stream.js'
import { lane, LANES, seedLane } from '../../math/philox.js'
import { eachBlock } from '../../math/words.js'
import { hex, LN_4, LOG } from './constants.js'

const f = Math.fround

const [R0, R1, R2, R3] = LOG
// sin(pi x / 4) = x + x S(y), y = x x.
const S0 = hex(0xbe5bc096)
const S1 = hex(0xbda55dd7)
const S2 = hex(0x3b232df2)
const S3 = hex(0xb8169945)
// cos(pi x / 4) = 1 + C(y).
const C1 = hex(0xbe9de9e6)
const C2 = hex(0x3c81e0d8)
const C3 = hex(0xb9aad95b)
const C4 = hex(0x366a7bf7)
const I31 = 1 / 2147483648

/** Elements made together: 16 cosines, then 16 sines. */
const PAIR = 2 * LANES

const float = new Float32Array(1)
const bits = new Int32Array(float.buffer)
// Both candidates of a select go through memory: faster in V8 than a branch that is taken half the time.
const either = new Float32Array(2)
const edge = new Float32Array(PAIR)

/**
 * Fills `out` with elements of the normal law from element `offset` on: Box and Muller (1958) on pairs of words.
 */
export function fillNormal(
  out: Float32Array,
  stream: StreamKey,
  offset: number,
  mean: number,
  stddev: number,
): void {
  // Adding 0 turns -0 into 0.
  const mu = f(mean) + 0
  const sigma = f(stddev) + 0
  eachBlock(offset, out.length, (block, first, end, base) => {
    const inner = Math.ceil(first / PAIR) * PAIR
    const outer = Math.floor(end / PAIR) * PAIR
    if (inner < outer) blockNormal(out, stream, block, inner, outer, base, mu, sigma)
    // A range that starts or ends within 32 elements made together takes its part of them.
    if (first < inner) partial(out, stream, block, inner - PAIR, first, Math.min(end, inner), base, mu, sigma)
    if (outer < end && outer >= inner) partial(out, stream, block, outer, outer, end, base, mu, sigma)
  })
}

function partial(
  out: Float32Array,
  stream: StreamKey,
  block: number,
  group: number,
  first: number,
  end: number,
  base: number,
  mu: number,
  sigma: number,
): void {
  blockNormal(edge, stream, block, group, group + PAIR, -group, mu, sigma)
  for (let i = first; i < end; i++) out[base + i] = edge[i - group] as number
}

/** Elements `first` to `end` of a block, both multiples of 32, element i going to `out[base + i]`. */
function blockNormal(
  out: Float32Array,
  stream: StreamKey,
  block: number,
  first: number,
  end: number,
  base: number,
  mu: number,
  sigma: number,
): void {
  for (let l = 0; l < LANES; l++) {
    seedLane(stream, block, l)
    let a = lane[0] as number
    let b = lane[1] as number
    let c = lane[2] as number
    let d = lane[3] as number
    for (let i = l; i < end; i += PAIR) {
      let s = (a + d) | 0
      const w0 = (((s << 7) | (s >>> 25)) + a) | 0
      let t = b << 9
      c ^= a
      d ^= b
      b ^= c
      a ^= d
      c ^= t
      d = (d << 11) | (d >>> 21)
      s = (a + d) | 0
      const w1 = (((s << 7) | (s >>> 25)) + a) | 0
      t = b << 9
      c ^= a
      d ^= b
      b ^= c
      a ^= d
      c ^= t
      d = (d << 11) | (d >>> 21)
      if (i < first) continue
      // What is exact in f32 (a scaled power of 2, a small integer, a sign) is not rounded again: each `f` costs.
      // Radius: k is the 31-bit distance to the nearer end of w0.
      const high = w0 >> 31
      const near = f(f(w0 ^ high) + 0.5)
      float[0] = near
      const u = bits[0] as number
      bits[0] = (u & 0x7fffff) | 0x3f800000
      either[0] = 2 - (float[0] as number)
      either[1] = near * I31
      const n = either[high & 1] as number
      const e = (158 - (u >> 23)) & ~high
      const q = f(n / f(4 - n))
      const z = f(q * q)
      const p = f(f(f(f(f(f(R3 * z) + R2) * z) + R1) * z) + R0)
      const r = f(Math.sqrt(f(f(e * LN_4) + f(n + f(q * f(n + f(z * p)))))))
      // Angle: bit 31 is the cosine's sign, bit 30 swaps the two, the rest is x in (-1, 1).
      const x = f((w1 << 2) | 2) * I31
      const y = f(x * x)
      const sine = f(x + f(x * f(f(f(f(f(f(S3 * y) + S2) * y) + S1) * y) + S0)))
      const cosine = f(f(f(f(f(f(f(f(C4 * y) + C3) * y) + C2) * y) + C1) * y) + 1)
      const swap = (w1 >>> 26) & 16
      out[base + i + swap] = mu + f(sigma * f(r * (cosine * ((w1 >> 31) | 1))))
      out[base + i + (swap ^ 16)] = mu + f(sigma * f(r * sine))
    }
  }
}
