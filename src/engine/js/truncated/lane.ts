import type { StreamKey } from '../../../math/stream.js'
import { lane, LANES, seedLane } from '../../../math/philox.js'
import { LN_4, LOG } from '../constants.js'

/**
 * Scratch of the truncated normal, which works on one lane of a block at a time, in short loops over arrays: one long
 * chain of operations an element would wait on each.
 */

/** Words of the lane. */
export const words = new Int32Array(256)
/** Quantiles of the words, in sigma. */
export const quantiles = new Float32Array(256)

/** Makes the lane's words for elements `first` to `end` of a block; returns their number. */
export function makeWords(stream: StreamKey, block: number, l: number, first: number, end: number): number {
  seedLane(stream, block, l)
  let a = lane[0] as number
  let b = lane[1] as number
  let c = lane[2] as number
  let d = lane[3] as number
  let n = 0
  for (let i = l; i < end; i += LANES) {
    const s = (a + d) | 0
    words[n] = (((s << 7) | (s >>> 25)) + a) | 0
    if (i >= first) n++
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
  }
  return n
}

const f = Math.fround

/** `n` of `doubleLogs` where the word is near a bound; `far` is used elsewhere. */
export const near = new Float32Array(256)
/** A positive number whose mantissa and exponent give the logarithm where `isNear` is 0. */
export const far = new Float32Array(256)
/** -1 where `near` counts, else 0. */
export const isNear = new Int32Array(256)
/** -2 ln((1 - n / 2) 2^-e). */
export const logs = new Float32Array(256)

const farBits = new Int32Array(far.buffer)
const rest = new Float32Array(256)
const restBits = new Int32Array(rest.buffer)
const exponents = new Int32Array(256)

const [R0, R1, R2, R3] = LOG

/** Fills the first `n` of `logs` from `near`, `far` and `isNear`. */
export function doubleLogs(n: number): void {
  for (let j = 0; j < n; j++) {
    const b = farBits[j] as number
    restBits[j] = (b & 0x7fffff) | 0x3f800000
    exponents[j] = (126 - (b >> 23)) & ~(isNear[j] as number)
  }
  for (let j = 0; j < n; j++) {
    const x = (isNear[j] as number) !== 0 ? (near[j] as number) : f(2 - (rest[j] as number))
    const q = f(x / f(4 - x))
    const z = f(q * q)
    const r = f(f(f(f(f(f(R3 * z) + R2) * z) + R1) * z) + R0)
    logs[j] = f(f((exponents[j] as number) * LN_4) + f(x + f(q * f(x + f(z * r)))))
  }
}
