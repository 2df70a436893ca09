import { wrongType } from '../errors.js'
import { truncatedLaw } from '../random/laws.js'
import { bound } from '../validate.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define, type InitializerLaw, type Param, type Target } from './definition.js'
import { calculateGain } from './gains.js'
import { aboveZero, atLeastZero, real, snakeCase } from './params.js'
import type { RandomOptions } from './random.js'
import { type FanMode, modeParam, type ScalingDistribution, scalingLaw } from './scaling.js'
import type { Initializer } from './types.js'

export interface XavierOptions extends RandomOptions {
  /** Factor on the standard deviation, > 0, e.g. `calculateGain('tanh')`. Default: 1. */
  gain?: number | undefined
}

export interface KaimingOptions extends RandomOptions {
  /** Negative slope of the leaky_relu that follows. Default: 0. */
  a?: number | undefined
  /** Default: 'fan_in'. */
  mode?: FanMode | 'fanIn' | 'fanOut' | 'fanAvg' | 'fanGeoAvg' | undefined
  /** Name of the nonlinearity, as `calculateGain` takes it. Default: 'leaky_relu'. */
  nonlinearity?: string | undefined
}

export interface TruncNormalOptions extends RandomOptions {
  /** Default: 0. */
  mean?: number | undefined
  /** Standard deviation before the cut. Default: 1. */
  std?: number | undefined
  /** Lower bound, a value (not a multiple of std), or -Infinity. Default: -2. */
  a?: number | undefined
  /** Upper bound, a value, or Infinity. Default: 2. */
  b?: number | undefined
}

interface Kaiming {
  a: number
  mode: FanMode
  nonlinearity: string
}

/** A bound, which may be infinite; JSON has no infinities but as text. */
const cut = (fallback: number): Param<number> => ({
  read: (value, argument) =>
    bound(value === 'Infinity' || value === '-Infinity' ? Number(value) : value, argument),
  fallback,
  write: (value) => (Number.isFinite(value) ? value : String(value)),
})

const nonlinearityParam: Param<string> = {
  read: (value, argument) => {
    if (typeof value !== 'string') throw wrongType(argument, 'a name', value)
    calculateGain(value)
    return snakeCase(value)
  },
  fallback: 'leaky_relu',
}

function xavier(className: string, distribution: ScalingDistribution) {
  return define<{ gain: number }>({
    className,
    aliases: distribution === 'uniform' ? ['xavier'] : [],
    random: true,
    params: { gain: aboveZero(1) },
    law: ({ gain }, target) => scalingLaw({ scale: gain * gain, mode: 'fan_avg', distribution }, target),
  })
}

function kaimingLaw(
  { a, mode, nonlinearity }: Kaiming,
  distribution: ScalingDistribution,
  target: Target,
): InitializerLaw {
  const gain = calculateGain(nonlinearity, nonlinearity === 'leaky_relu' ? a : undefined)
  return scalingLaw({ scale: gain * gain, mode, distribution }, target)
}

function kaiming(className: string, distribution: ScalingDistribution) {
  return define<Kaiming>({
    className,
    random: true,
    params: { a: real(0), mode: modeParam('fan_in'), nonlinearity: nonlinearityParam },
    law: (params, target) => kaimingLaw(params, distribution, target),
  })
}

export const XAVIER_UNIFORM = xavier('XavierUniform', 'uniform')
export const XAVIER_NORMAL = xavier('XavierNormal', 'untruncated_normal')
export const KAIMING_UNIFORM = kaiming('KaimingUniform', 'uniform')
export const KAIMING_NORMAL = kaiming('KaimingNormal', 'untruncated_normal')

export const TORCH_DEFAULT = define<object>({
  className: 'TorchDefault',
  random: true,
  params: {},
  law: (_, target) => scalingLaw({ scale: 1 / 3, mode: 'fan_in', distribution: 'uniform' }, target),
})

export const TRUNC_NORMAL = define<{ mean: number; std: number; a: number; b: number }>({
  className: 'TruncNormal',
  random: true,
  params: { mean: real(0), std: atLeastZero(1), a: cut(-2), b: cut(2) },
  check: ({ mean, std, a, b }) =>
    void truncatedLaw({ mean, stddev: std, lower: a, upper: b, bounds: 'absolute' }, false, 'F64'),
  law: ({ mean, std, a, b }, { dtype }) =>
    truncatedLaw({ mean, stddev: std, lower: a, upper: b, bounds: 'absolute' }, false, dtype),
})

/**
 * Uniform with variance gain^2 * 2 / (fanIn + fanOut) (Glorot and Bengio 2010; `torch.nn.init.xavier_uniform_`). Set
 * `layout: 'torch'` for tensors (out, in, ...).
 */
export function xavierUniform(options?: XavierOptions): Initializer {
  return new CatalogueInitializer(XAVIER_UNIFORM, options)
}

/** Normal (not cut) with variance gain^2 * 2 / (fanIn + fanOut) (`torch.nn.init.xavier_normal_`). */
export function xavierNormal(options?: XavierOptions): Initializer {
  return new CatalogueInitializer(XAVIER_NORMAL, options)
}

/**
 * Uniform with variance gain^2 / fan (He et al. 2015; `torch.nn.init.kaiming_uniform_`). Set `layout: 'torch'` for
 * tensors (out, in, ...).
 */
export function kaimingUniform(options?: KaimingOptions): Initializer {
  return new CatalogueInitializer(KAIMING_UNIFORM, options)
}

/** Normal (not cut) with variance gain^2 / fan (He et al. 2015; `torch.nn.init.kaiming_normal_`). */
export function kaimingNormal(options?: KaimingOptions): Initializer {
  return new CatalogueInitializer(KAIMING_NORMAL, options)
}

/**
 * What torch's Linear and Conv layers start from: uniform within 1 / sqrt(fanIn), that is `kaimingUniform` with
 * a = sqrt 5. A bias takes the same bound from its weight: pass `layout: { fanIn, fanOut }` of the weight.
 */
export function torchDefault(options?: RandomOptions): Initializer {
  return new CatalogueInitializer(TORCH_DEFAULT, options)
}

/** Normal cut to the values [a, b], as `torch.nn.init.trunc_normal_`, without a heap of values at the bounds. */
export function truncNormal(options?: TruncNormalOptions): Initializer {
  return new CatalogueInitializer(TRUNC_NORMAL, options)
}
