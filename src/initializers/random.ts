import { rangeError } from '../errors.js'
import { normalLaw, truncatedLaw, uniformLaw } from '../random/laws.js'
import type { Seed } from '../validate.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import type { CommonOptions } from './constant.js'
import { define } from './definition.js'
import { atLeastZero, real } from './params.js'
import type { Initializer } from './types.js'

/** Options of every initializer that draws random numbers. */
export interface RandomOptions extends CommonOptions {
  /** A safe non-negative integer or a bigint below 2^64. Default: one drawn from the system's entropy. */
  seed?: Seed | undefined
}

export interface RandomUniformOptions extends RandomOptions {
  /** Lower end, taken. Default: -0.05. */
  minval?: number | undefined
  /** Upper end, not taken. Default: 0.05. */
  maxval?: number | undefined
}

export interface RandomNormalOptions extends RandomOptions {
  /** Default: 0. */
  mean?: number | undefined
  /** Standard deviation, >= 0. Default: 0.05. */
  stddev?: number | undefined
}

export const RANDOM_UNIFORM = define<{ minval: number; maxval: number }>({
  className: 'RandomUniform',
  aliases: ['uniform'],
  random: true,
  params: { minval: real(-0.05), maxval: real(0.05) },
  check: ({ minval, maxval }) => {
    if (minval <= maxval) return
    throw rangeError(
      'ERR_INVALID_ARGUMENT',
      `minval must not exceed maxval, got minval ${minval} and maxval ${maxval}`,
    )
  },
  law: ({ minval, maxval }, { dtype }) => uniformLaw(minval, maxval, dtype, ['minval', 'maxval']),
})

export const RANDOM_NORMAL = define<{ mean: number; stddev: number }>({
  className: 'RandomNormal',
  aliases: ['normal'],
  random: true,
  params: { mean: real(0), stddev: atLeastZero(0.05) },
  law: ({ mean, stddev }, { dtype }) => normalLaw(mean, stddev, dtype),
})

export const TRUNCATED_NORMAL = define<{ mean: number; stddev: number }>({
  className: 'TruncatedNormal',
  random: true,
  params: { mean: real(0), stddev: atLeastZero(0.05) },
  law: ({ mean, stddev }, { dtype }) =>
    truncatedLaw({ mean, stddev, lower: -2, upper: 2, bounds: 'sigma' }, false, dtype),
})

/** Uniform on [minval, maxval), as `keras.initializers.RandomUniform`. */
export function randomUniform(options?: RandomUniformOptions): Initializer {
  return new CatalogueInitializer(RANDOM_UNIFORM, options)
}

/** Normal, as `keras.initializers.RandomNormal`. */
export function randomNormal(options?: RandomNormalOptions): Initializer {
  return new CatalogueInitializer(RANDOM_NORMAL, options)
}
