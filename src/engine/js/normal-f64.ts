import type { StreamKey } from '../../math/stream.js'
import { eachDraw } from '../../math/u53.js'
import { SIN, COS } from '../../math/turns.js'

const LN_4 = 1.3862943611198906

/** Terms of 4 (atanh(q) / q - 1) / z of z = q^2, at most 1/9. */
const LOG = Array.from({ length: 16 }, (_, k) => 4 / (2 * k + 3))

const float = new Float64Array(1)
const halves = new Uint32Array(float.buffer)

/** The polynomial by Horner's rule from its last coefficient. */
function horner(c: readonly number[], x: number): number {
  let sum = c[c.length - 1] as number
  for (let k = c.length - 2; k >= 0; k--) sum = sum * x + (c[k] as number)
  return sum
}

/** sqrt(-2 ln((2 K + 1) 2^-54)) for the 53-bit K = high 2^21 + low, from its distance to the nearer end. */
function radius(high: number, low: number): number {
  const flip = high >> 31
  // 2 k + 1, exact.
  const t = ((high ^ flip) >>> 0) * 4194304 + (2 * ((low ^ flip) & 0x1fffff) + 1)
  float[0] = t
  const upper = halves[1] as number
  halves[1] = (upper & 0xfffff) | 0x3ff00000
  const n = flip ? t * 1.1102230246251565e-16 : 2 - (float[0] as number)
  const e = flip ? 0 : 1076 - (upper >>> 20)
  const q = n / (4 - n)
  const z = q * q
  return Math.sqrt(e * LN_4 + (n + q * (n + z * horner(LOG, z))))
}

const scratch = new Uint32Array(4 * 16)

/**
 * Fills `out` with elements of the normal law in f64 from element `offset` on: as in f32, with draws of 53 bits where
 * that has words. Draws 32 g + l and 32 g + 16 + l are the radius and the angle of elements with these numbers.
 */
export function fillNormalF64(
  out: Float64Array,
  stream: StreamKey,
  offset: number,
  mean: number,
  stddev: number,
): void {
  const first = Math.floor(offset / 32) * 32
  const last = Math.ceil((offset + out.length) / 32) * 32
  eachDraw(stream, first, last - first, (k, hi, lo) => {
    const at = (k - first) % 32
    scratch[2 * at] = hi
    scratch[2 * at + 1] = lo >>> 11
    if (at >= 16) storePair(out, k - 16 - offset, at - 16, mean, stddev)
  })
}

/** Elements `index` and `index + 16` of `out`, where they lie in it, from the scratch's draws `l` and `l + 16`. */
function storePair(out: Float64Array, index: number, l: number, mean: number, stddev: number): void {
  const r = radius(scratch[2 * l] as number, scratch[2 * l + 1] as number)
  const high = scratch[2 * l + 32] as number
  const low = scratch[2 * l + 33] as number
  // 2 i + 1 for the signed 51-bit integer i of the angle, over 2^51; exact.
  const x = (((high << 2) >> 2) * 4194304 + (2 * low + 1)) * 4.440892098500626e-16
  const y = x * x
  const sin = x * horner(SIN, y)
  const cos = high >>> 31 ? -horner(COS, y) : horner(COS, y)
  const swap = (high << 1) >>> 31
  store(out, index, mean + stddev * (r * (swap ? sin : cos)))
  store(out, index + 16, mean + stddev * (r * (swap ? cos : sin)))
}

function store(out: Float64Array, index: number, value: number): void {
  if (index >= 0 && index < out.length) out[index] = value
}
