import type { Dtype } from '../engine/law.js'
import type { RangeOptions, TruncatedNormalOptions } from '../random/options.js'
import type { Filled, FloatArray } from '../random/output.js'
import { arrayKind } from '../realm.js'
import { truncatedNormal as sample } from '../random/pure.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { type RandomNormalOptions, TRUNCATED_NORMAL } from './random.js'
import type { Initializer } from './types.js'

/**
 * The initializer: normal cut at mean - 2 stddev and mean + 2 stddev, as `keras.initializers.TruncatedNormal`. The cut
 * is not made up for: values have 0.8796 of the standard deviation asked for.
 */
export function truncatedNormal(options?: RandomNormalOptions): Initializer

/**
 * The sampler, a pure function of (seed, path): normal cut to [lower, upper], in multiples of sigma or absolute as
 * `bounds` says. Values never leave the interval.
 *
 * @param out - a length, or an array to fill
 * @returns a new array (Float32Array unless `dtype` says otherwise), or `out` itself
 * @throws `ERR_INVALID_SEED`, `ERR_INVALID_PATH`, `ERR_INVALID_ARGUMENT` (also for an interval without a value in it, or
 * wholly beyond 38 sigma)
 */
export function truncatedNormal<O extends number | FloatArray, D extends Dtype = 'F32'>(
  out: O,
  options: TruncatedNormalOptions<D> & RangeOptions,
): Filled<O, D>

export function truncatedNormal(
  first?: RandomNormalOptions | number | FloatArray,
  options?: TruncatedNormalOptions & RangeOptions,
): unknown {
  const sampling = typeof first === 'number' || arrayKind(first) !== undefined || options !== undefined
  if (sampling) return sample(first as FloatArray, options as TruncatedNormalOptions & RangeOptions)
  return new CatalogueInitializer(TRUNCATED_NORMAL, first)
}
