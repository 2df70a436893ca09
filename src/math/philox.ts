/**
 * Philox4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3"), which keys the lanes of a block.
 */
import type { StreamKey } from './stream.js'

const M0 = 0xd2511f53 | 0
const M1 = 0xcd9e8d57 | 0
const W0 = 0x9e3779b9 | 0
const W1 = 0xbb67ae85 | 0

/** High 32 bits of the product of two unsigned 32-bit integers, by 16-bit halves. */
function multiplyHigh(a: number, b: number): number {
  const al = a & 0xffff
  const ah = a >>> 16
  const bl = b & 0xffff
  const bh = b >>> 16
  const low = (Math.imul(ah, bl) + (Math.imul(al, bl) >>> 16)) | 0
  const cross = (Math.imul(al, bh) + (low & 0xffff)) | 0
  return (Math.imul(ah, bh) + (low >>> 16) + (cross >>> 16)) | 0
}

/** Writes the four output words for a counter under a key to `out`, as signed 32-bit integers. */
export function philox4x32(
  out: Int32Array,
  c0: number,
  c1: number,
  c2: number,
  c3: number,
  k0: number,
  k1: number,
): void {
  for (let round = 0; round < 10; round++) {
    const h0 = multiplyHigh(c0, M0)
    const l0 = Math.imul(c0, M0)
    const h1 = multiplyHigh(c2, M1)
    const l1 = Math.imul(c2, M1)
    c0 = h1 ^ c1 ^ k0
    c1 = l1
    c2 = h0 ^ c3 ^ k1
    c3 = l0
    k0 = (k0 + W0) | 0
    k1 = (k1 + W1) | 0
  }
  out[0] = c0
  out[1] = c1
  out[2] = c2
  out[3] = c3
}

/** Words of a block, made by 16 lanes of 256 steps. */
export const BLOCK = 4096

/** Lanes of a block. */
export const LANES = 16

/** State of the lane that {@link seedLane} set last: the four words of a xoshiro128++ generator. */
export const lane = new Int32Array(4)

/** Sets {@link lane} to the first state of a lane of a block. */
export function seedLane(stream: StreamKey, block: number, index: number): void {
  const counter = block * LANES + index
  const high = Math.floor(counter / 4294967296)
  philox4x32(
    lane,
    (counter - high * 4294967296) | 0,
    high | 0,
    stream.s0 | 0,
    stream.s1 | 0,
    stream.k0 | 0,
    stream.k1 | 0,
  )
  // xoshiro128++ stays at zero for ever from the all-zero state.
  if (lane[0] === 0 && lane[1] === 0 && lane[2] === 0 && lane[3] === 0) lane[0] = 1
}
