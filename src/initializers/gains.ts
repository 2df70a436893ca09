import { rangeError, wrongValue } from '../errors.js'
import { finite } from '../validate.js'
import { exp } from '../math/special.js'
import { integrate } from '../math/quadrature.js'
import { snakeCase } from './params.js'

/** A nonlinearity by name, or any function of one number. */
export type Nonlinearity = string | ((x: number) => number)

/** torch's table, which other frameworks copy. */
const TORCH: Readonly<Record<string, number>> = {
  linear: 1,
  identity: 1,
  sigmoid: 1,
  conv1d: 1,
  conv2d: 1,
  conv3d: 1,
  conv_transpose1d: 1,
  conv_transpose2d: 1,
  conv_transpose3d: 1,
  tanh: 5 / 3,
  relu: Math.SQRT2,
  selu: 3 / 4,
}

/** 1 / sqrt(E f(z)^2) for z ~ N(0, 1): keeps the second moment through the layer. */
const SECOND_MOMENT: Readonly<Record<string, number>> = {
  gelu: 1.5335304411955353,
  silu: 1.676532470331091,
  elu: 1.2451983007007066,
  mish: 1.486847581273208,
  softplus: 1.0418668355353018,
  softsign: 2.3375333631085398,
  sin: 1.5208666231788148,
  hardswish: 1.7366572127665416,
  hardtanh: 1.3920361404483097,
  relu2: 0.816496580927726,
  erf: 1.4671669504891387,
}

const SYNONYMS: Readonly<Record<string, string>> = {
  swish: 'silu',
  hard_swish: 'hardswish',
  hard_tanh: 'hardtanh',
  relu_squared: 'relu2',
}

/** Names of nonlinearities with a gain. */
const NAMES = [...Object.keys(TORCH), 'leaky_relu', ...Object.keys(SECOND_MOMENT)]

/**
 * The factor on a layer's weights that makes up for what its nonlinearity takes away.
 *
 * torch's names have torch's values (tanh 5/3, relu sqrt 2, leaky_relu sqrt(2 / (1 + slope^2)), selu 3/4; sigmoid and
 * linear 1: `torch.nn.init.calculate_gain`). gelu, silu, elu, mish, softplus, softsign, sin, hardswish, hardtanh, relu2
 * and erf, which torch lacks, and any function, have 1 / sqrt(E f(z)^2) for a standard normal z.
 *
 * @param nonlinearity - a name in snake_case or camelCase, or a function (integrated numerically; kinks anywhere but at
 * multiples of 1/2 cost accuracy)
 * @param param - slope of leaky_relu, default 0.01
 * @throws `ERR_INVALID_ARGUMENT`
 */
export function calculateGain(nonlinearity: Nonlinearity, param?: number): number {
  if (typeof nonlinearity === 'function') return gainOf(nonlinearity)
  const snake = typeof nonlinearity === 'string' ? snakeCase(nonlinearity) : ''
  const name = Object.hasOwn(SYNONYMS, snake) ? (SYNONYMS[snake] as string) : snake
  if (name === 'leaky_relu') {
    const slope = param === undefined ? 0.01 : finite(param, 'param')
    return Math.sqrt(2 / (1 + slope * slope))
  }
  if (param !== undefined) finite(param, 'param')
  const gain = Object.hasOwn(TORCH, name)
    ? TORCH[name]
    : Object.hasOwn(SECOND_MOMENT, name)
      ? SECOND_MOMENT[name]
      : undefined
  if (gain !== undefined) return gain
  const allowed = `a function or one of ${NAMES.join(', ')}`
  throw wrongValue('nonlinearity', allowed, nonlinearity)
}

const SQRT_TWO_PI = 2.5066282746310002

function gainOf(f: (x: number) => number): number {
  // Panels of width 1/2: kinks usually lie at their ends. Beyond 14 sigma nothing is left.
  const moment = integrate((z) => f(z) * f(z) * exp(-0.5 * z * z), -14, 14, 56) / SQRT_TWO_PI
  if (moment > 0 && moment < Infinity) return 1 / Math.sqrt(moment)
  throw rangeError(
    'ERR_INVALID_ARGUMENT',
    'nonlinearity must have a positive and finite second moment under N(0, 1)',
  )
}
