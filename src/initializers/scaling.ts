import { rangeError } from '../errors.js'
import { normalLaw, truncatedLaw, uniformLaw } from '../random/laws.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define, type Definition, type InitializerLaw, type Param, type Target } from './definition.js'
import type { Fans } from './fans.js'
import { axes, type Layout } from './layouts.js'
import { aboveZero, optional, word } from './params.js'
import type { RandomOptions } from './random.js'
import type { Initializer } from './types.js'

/** Which fan the variance is divided by; 'fan_avg' is the arithmetic mean of the two, 'fan_geo_avg' the geometric. */
export type FanMode = 'fan_in' | 'fan_out' | 'fan_avg' | 'fan_geo_avg'

/** 'truncated_normal' is cut at 2 standard deviations and widened to keep the variance. */
export type ScalingDistribution = 'truncated_normal' | 'untruncated_normal' | 'uniform'

/** Options of the variance-scaling family. */
export interface ScalingOptions extends RandomOptions {
  /** Axes whose sizes multiply to fanIn; needs `outputAxes`, and stands for a layout. */
  inputAxes?: readonly number[] | undefined
  /** Axes whose sizes multiply to fanOut. */
  outputAxes?: readonly number[] | undefined
}

export interface VarianceScalingOptions extends ScalingOptions {
  /** Variance times the fan, > 0. Default: 1. */
  scale?: number | undefined
  /** Default: 'fan_in'. */
  mode?: FanMode | 'fanIn' | 'fanOut' | 'fanAvg' | 'fanGeoAvg' | undefined
  /** Default: 'truncated_normal'. */
  distribution?: ScalingDistribution | 'normal' | 'truncatedNormal' | 'untruncatedNormal' | undefined
}

interface Axes {
  inputAxes: readonly number[] | null
  outputAxes: readonly number[] | null
}

interface Scaling {
  scale: number
  mode: FanMode
  distribution: ScalingDistribution
}

/** Standard deviation of the standard normal cut at -2 and 2. */
const CUT_STDDEV = 0.87962566103423978

/** Variance by scale and fans; a fan of an empty tensor counts as 1. */
function varianceOf(scale: number, mode: FanMode, { fanIn, fanOut }: Fans): number {
  const fan = {
    fan_in: fanIn,
    fan_out: fanOut,
    fan_avg: (fanIn + fanOut) / 2,
    fan_geo_avg: Math.sqrt(fanIn) * Math.sqrt(fanOut),
  }[mode]
  return scale / Math.max(1, fan)
}

/** The law with mean 0 and variance scale / fan. */
export function scalingLaw({ scale, mode, distribution }: Scaling, target: Target): InitializerLaw {
  const variance = varianceOf(scale, mode, target.fans())
  if (distribution === 'uniform') {
    const limit = Math.sqrt(3 * variance)
    return uniformLaw(-limit, limit, target.dtype, ['-limit', 'limit'])
  }
  const stddev = Math.sqrt(variance)
  if (distribution === 'untruncated_normal') return normalLaw(0, stddev, target.dtype)
  const parent = stddev / CUT_STDDEV
  return truncatedLaw({ mean: 0, stddev: parent, lower: -2, upper: 2, bounds: 'sigma' }, false, target.dtype)
}

const axesParam: Param<readonly number[] | null> = optional({ read: axes })

const AXES = { inputAxes: axesParam, outputAxes: axesParam }

function checkAxes({ inputAxes, outputAxes }: Axes): void {
  if ((inputAxes === null) === (outputAxes === null)) return
  throw rangeError('ERR_INVALID_ARGUMENT', 'inputAxes and outputAxes must be given together')
}

/** As Keras reads them: axes named in neither list count in no fan. */
function axesLayout({ inputAxes, outputAxes }: Axes): Layout | undefined {
  if (inputAxes === null || outputAxes === null) return undefined
  return { kind: 'product', inAxes: inputAxes, outAxes: outputAxes }
}

/** The parameter `mode` of initializers that scale by a fan. */
export const modeParam = (fallback: FanMode) =>
  word(['fan_in', 'fan_out', 'fan_avg', 'fan_geo_avg'], fallback)

export const VARIANCE_SCALING = define<Scaling & Axes>({
  className: 'VarianceScaling',
  random: true,
  params: {
    scale: aboveZero(1),
    mode: modeParam('fan_in'),
    distribution: word(['truncated_normal', 'untruncated_normal', 'uniform'], 'truncated_normal', {
      normal: 'truncated_normal',
    }),
    ...AXES,
  },
  check: checkAxes,
  layoutOf: axesLayout,
  law: scalingLaw,
})

function preset(className: string, scaling: Scaling, aliases: readonly string[] = []): Definition<Axes> {
  return define<Axes>({
    className,
    aliases,
    random: true,
    params: AXES,
    check: checkAxes,
    layoutOf: axesLayout,
    law: (_, target) => scalingLaw(scaling, target),
  })
}

const NORMAL = 'truncated_normal'

export const GLOROT_UNIFORM = preset('GlorotUniform', { scale: 1, mode: 'fan_avg', distribution: 'uniform' })
export const GLOROT_NORMAL = preset('GlorotNormal', { scale: 1, mode: 'fan_avg', distribution: NORMAL })
export const HE_UNIFORM = preset('HeUniform', { scale: 2, mode: 'fan_in', distribution: 'uniform' }, [
  'msraUniform',
])
export const HE_NORMAL = preset('HeNormal', { scale: 2, mode: 'fan_in', distribution: NORMAL }, [
  'msraNormal',
  'msra',
])
export const LECUN_UNIFORM = preset('LecunUniform', { scale: 1, mode: 'fan_in', distribution: 'uniform' })
export const LECUN_NORMAL = preset('LecunNormal', { scale: 1, mode: 'fan_in', distribution: NORMAL })

/**
 * Variance `scale / fan`, as `keras.initializers.VarianceScaling`. Uniform on [-L, L) with L = sqrt(3 variance), normal,
 * or (default) normal cut at 2 standard deviations of a parent widened by 1 / 0.8796 so that the variance is kept.
 */
export function varianceScaling(options?: VarianceScalingOptions): Initializer {
  return new CatalogueInitializer(VARIANCE_SCALING, options)
}

/** Uniform with variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010; `keras.initializers.GlorotUniform`). */
export function glorotUniform(options?: ScalingOptions): Initializer {
  return new CatalogueInitializer(GLOROT_UNIFORM, options)
}

/** Truncated normal with variance 2 / (fanIn + fanOut) (Glorot and Bengio 2010; `keras.initializers.GlorotNormal`). */
export function glorotNormal(options?: ScalingOptions): Initializer {
  return new CatalogueInitializer(GLOROT_NORMAL, options)
}

/** Uniform with variance 2 / fanIn (He et al. 2015; `keras.initializers.HeUniform`). */
export function heUniform(options?: ScalingOptions): Initializer {
  return new CatalogueInitializer(HE_UNIFORM, options)
}

/** Truncated normal with variance 2 / fanIn (He et al. 2015; `keras.initializers.HeNormal`). */
export function heNormal(options?: ScalingOptions): Initializer {
  return new CatalogueInitializer(HE_NORMAL, options)
}

/** Uniform with variance 1 / fanIn (LeCun et al. 1998; `keras.initializers.LecunUniform`). */
export function lecunUniform(options?: ScalingOptions): Initializer {
  return new CatalogueInitializer(LECUN_UNIFORM, options)
}

/** Truncated normal with variance 1 / fanIn (LeCun et al. 1998; `keras.initializers.LecunNormal`). */
export function lecunNormal(options?: ScalingOptions): Initializer {
  return new CatalogueInitializer(LECUN_NORMAL, options)
}
