import type { StreamKey } from '../../math/stream.js'
import { lane, LANES, seedLane } from '../../math/philox.js'
import { eachDraw, u53 } from '../../math/u53.js'
import { eachBlock } from '../../math/words.js'
import { belowF32, belowF64 } from './below.js'

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
  const isUnit = bounds.low === 0 && bounds.width === 1
  eachBlock(offset, out.length, (block, first, end, base) => {
    for (let l = 0; l < LANES && l < end; l++) {
      seedLane(stream, block, l)
      // The lane's first element that is asked for.
      const start = l + LANES * skipTo(l, first)
      if (isUnit) laneUnit(out, base + start, base + end)
      else laneUniform(out, base + start, base + end, bounds)
    }
  })
}

/** Takes the lane past its words below word `first` of the block; returns their number. */
function skipTo(l: number, first: number): number {
  let steps = 0
  let [a, b, c, d] = lane as unknown as [number, number, number, number]
  for (let i = l; i < first; i += LANES) {
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    steps++
  }
  lane[0] = a
  lane[1] = b
  lane[2] = c
  lane[3] = d
  return steps
}

/** Every 16th value from `start` to `end`, on [0, 1): scaling would change nothing. Two steps a turn, for speed. */
function laneUnit(out: Float32Array, start: number, end: number): void {
  let a = lane[0] as number
  let b = lane[1] as number
  let c = lane[2] as number
  let d = lane[3] as number
  for (let i = start; i < end; i += 2 * LANES) {
    let s = (a + d) | 0
    let t = b << 9
    let word = (((s << 7) | (s >>> 25)) + a) | 0
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    out[i] = (word >>> 8) * 5.9604644775390625e-8
    s = (a + d) | 0
    t = b << 9
    word = (((s << 7) | (s >>> 25)) + a) | 0
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    if (i + LANES < end) out[i + LANES] = (word >>> 8) * 5.9604644775390625e-8
  }
}

/** Every 16th value from `start` to `end`. */
function laneUniform(out: Float32Array, start: number, end: number, bounds: UniformBounds): void {
  const { low, width, high, below } = bounds
  let a = lane[0] as number
  let b = lane[1] as number
  let c = lane[2] as number
  let d = lane[3] as number
  for (let i = start; i < end; i += LANES) {
    const s = (a + d) | 0
    const word = (((s << 7) | (s >>> 25)) + a) | 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    const value = fround(low + fround(width * ((word >>> 8) * 5.9604644775390625e-8)))
    out[i] = value >= high ? below : value
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
