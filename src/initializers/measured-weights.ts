/** Weights that are to be measured, very large and very small doubles too, whose squares would leave a double's range. */
import type { Measured, Weights } from '../engine/engine.js'
import { rangeError, wrongType } from '../errors.js'
import { arrayKind, ownArray } from '../realm.js'
import { allocate, present, sizeOf } from '../validate.js'

/** Floats all lie within these, and fourth powers of what does, which the TypeScript engine forms, within a double's range. */
const LARGE = 2 ** 128
const SMALL = 2 ** -149

/** Largest exponent of a factor: its inverse is a normal number too, so both are exact. */
const MOST = 1000

/** Weights that have a shape's length, and the largest size of one. */
export function weightsOf(
  w: unknown,
  shape: readonly number[],
): { readonly values: Weights; readonly largest: number } {
  const kind = arrayKind(w)
  if (kind !== 'Float32Array' && kind !== 'Float64Array')
    throw wrongType('w', 'a Float32Array or Float64Array', w)
  const values = present(ownArray(w) as Float32Array, 'w') as Weights
  if (values.length === sizeOf(shape)) return { values, largest: largestOf(values) }
  const message = `w must have ${sizeOf(shape)} elements, those of shape [${shape.join(', ')}], got ${values.length}`
  throw rangeError('ERR_LENGTH_MISMATCH', message)
}

/** The largest size of a weight, all of which are finite. */
function largestOf(values: Weights): number {
  let largest = 0
  for (const value of values) {
    // Also true of NaN.
    if (!(Math.abs(value) < Infinity)) throw rangeError('ERR_INVALID_ARGUMENT', 'w must hold finite values')
    largest = Math.max(largest, Math.abs(value))
  }
  return largest
}

/**
 * The power of two that brings values of this largest size near 1, so that multiplying by it rounds nothing that counts;
 * 1 for those that are near enough, so that what is measured of them keeps its bits.
 */
export function factorOf(largest: number): number {
  if (largest === 0 || (largest >= SMALL && largest < LARGE)) return 1
  // Off by one where the logarithm is rounded, which does not matter.
  return 2 ** Math.max(-MOST, Math.min(MOST, -Math.round(Math.log2(largest))))
}

/** The weights that are measured in place of `w`: these, or a copy multiplied by `factor`. */
export function scaledBy(w: Weights, factor: number): Weights {
  return factor === 1 ? w : allocate('scaled weights', () => w.map((x) => x * factor))
}

/** What was found of weights multiplied by `factor`, as that of the weights; beyond a double's range it is infinite. */
export function unscaled<K extends keyof Measured>(found: Measured[K], factor: number): Measured[K] {
  if (factor === 1) return found
  if (typeof found === 'number') return (found / factor) as Measured[K]
  return found.map((s) => s / factor) as Measured[K]
}
