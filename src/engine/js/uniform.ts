import type { StreamKey } from '../law.js'
import { belowF32, belowF64 } from './below.js'
import { lane, LANES, seedLane } from './philox.js'
import { eachDraw, u53 } from './u53.js'
import { eachBlock } from './words.js'

const fround = Math.fround

/** The bounds of a uniform law as f32 operations see them. */
export interface UniformBounds {
  readonly low: number
  readonly width: number
  /** Results at or above this become `below`; Infinity when all values are equal. */
  readonly high: number
  /** The largest f32 below `high`. */
  readonly below: number
}

/** Rounds a uniform law's bounds to f32, once. */
export function uniformBounds(low: number, high: number): UniformBounds {
  // Adding 0 turns -0 into 0.
  const l = fround(low) + 0
  const h = fround(high) + 0
  const equal = l === h
  return { low: l, width: fround(h - l), high: equal ? Infinity : h, below: equal ? l : belowF32(h) }
}

/** Fills `out` with elements of the uniform law on [low, high) from element `offset` on. */
export function fillUniform(
  out: Float32Array,
  stream: StreamKey,
  offset: number,
  low: number,
  high: number,
): void {
  const bounds = uniformBounds(low, high)
  eachBlock(offset, out.length, (block, first, end, base) =>
    blockUniform(out, stream, block, first, end, base, bounds),
  )
}

function blockUniform(
  out: Float32Array,
  stream: StreamKey,
  block: number,
  first: number,
  end: number,
  base: number,
  bounds: UniformBounds,
): void {
  const { low, width, high, below } = bounds
  for (let l = 0; l < LANES && l < end; l++) {
    seedLane(stream, block, l)
    let a = lane[0] as number
    let b = lane[1] as number
    let c = lane[2] as number
    let d = lane[3] as number
    for (let i = l; i < end; i += LANES) {
      const s = (a + d) | 0
      const word = (((s << 7) | (s >>> 25)) + a) | 0
      const t = b << 9
      c ^= a
      d ^= b
      b ^= c
      a ^= d
      c ^= t
      d = (d << 11) | (d >>> 21)
      if (i < first) continue
      const value = fround(low + fround(width * ((word >>> 8) * 5.9604644775390625e-8)))
      out[base + i] = value >= high ? below : value
    }
  }
}

/** Fills `out` with low + (high - low) u53(i) in f64, below `high` whatever the rounding. */
export function fillUniformF64(
  out: Float64Array,
  stream: StreamKey,
  offset: number,
  low: number,
  high: number,
): void {
  const width = high - low
  const cap = low < high ? belowF64(high) : low
  eachDraw(stream, offset, out.length, (k, hi, lo) => {
    const value = low + width * u53(hi, lo)
    out[k - offset] = value < cap ? value : cap
  })
}
