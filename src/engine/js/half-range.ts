import { fromBf16, fromF16, toBf16, toF16 } from '../../math/half.js'
import type { Law } from '../law.js'

/** A 16-bit format's rounding and its inverse. */
interface Format {
  readonly round: (value: number) => number
  readonly value: (bits: number) => number
}

const FORMATS: Readonly<Record<'F16' | 'BF16', Format>> = {
  F16: { round: toF16, value: fromF16 },
  BF16: { round: toBf16, value: fromBf16 },
}

/** The 16-bit value next to `x`, upwards or downwards. */
function next(x: number, up: boolean, { round, value }: Format): number {
  const bits = round(x)
  if ((bits & 0x7fff) === 0) return value(up ? 1 : 0x8001)
  return value(((bits & 0x8000) === 0) === up ? bits + 1 : bits - 1)
}

/** The least value at or above `low` and the greatest below `high`, or at it where `closed`. */
function valuesWithin(low: number, high: number, closed: boolean, format: Format): readonly [number, number] {
  const atLow = format.value(format.round(Math.fround(low)))
  const first = atLow < low ? next(atLow, true, format) : atLow
  const atHigh = format.value(format.round(Math.fround(high)))
  const last = (closed ? atHigh <= high : atHigh < high) ? atHigh : next(atHigh, false, format)
  return first <= last ? [first, last] : [-Infinity, Infinity]
}

/** The interval that a law's 16-bit values are pulled back into; everything where it has none. */
function intervalOf(law: Law, format: Format): readonly [number, number] {
  if (law.kind === 'uniform') return valuesWithin(law.low, law.high, false, format)
  if (law.kind !== 'truncated') return [-Infinity, Infinity]
  const { mean, stddev, lower, upper, bounds } = law
  if (stddev === 0) return [-Infinity, Infinity]
  const absolute = bounds === 'absolute'
  return valuesWithin(
    absolute ? lower : mean + stddev * lower,
    absolute ? upper : mean + stddev * upper,
    true,
    format,
  )
}

const scratch = new Float32Array(4096)

/**
 * Fills `out` with a law's f32 values rounded once to 16 bits and pulled back into its interval: half-open for uniform
 * laws, closed for truncated ones. `make` gives the f32 values from an element of `out` on.
 */
export function fillHalf(
  law: Law,
  half: 'F16' | 'BF16',
  out: Uint16Array,
  make: (values: Float32Array, start: number) => void,
): void {
  const format = FORMATS[half]
  const [first, last] = intervalOf(law, format)
  const [least, most] = [format.round(first), format.round(last)]
  for (let start = 0; start < out.length; start += scratch.length) {
    const values = scratch.subarray(0, Math.min(scratch.length, out.length - start))
    make(values, start)
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number
      out[start + i] = value < first ? least : value > last ? most : format.round(value)
    }
  }
}
