import { ln } from '../math/special.js'
import { rangeError } from '../errors.js'
import { constantLaw, normalLaw, truncatedLaw } from '../random/laws.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import type { CommonOptions } from './constant.js'
import { define, type Target } from './definition.js'
import { aboveZero, optional, whole, word } from './params.js'
import type { RandomOptions } from './random.js'
import { scalingLaw } from './scaling.js'
import type { Initializer } from './types.js'

export interface Gpt2Options extends RandomOptions {
  /** Standard deviation, > 0. Default: 0.02. */
  stddev?: number | undefined
  /** Number of blocks, for projections that add to the residual stream (two a block); none for all other tensors. */
  layers?: number | undefined
}

export interface WidthOptions extends RandomOptions {
  /** Width of the model. Default: the tensor's fanIn. */
  dim?: number | undefined
}

export interface WangOptions extends WidthOptions {
  /** Number of blocks. */
  layers: number
}

export interface MitchellOptions extends RandomOptions {
  /** Index of the block, from 0, for projections that add to the residual stream; none for all other tensors. */
  layer?: number | undefined
}

export interface TransformerDepthOptions extends RandomOptions {
  /** Number of encoder blocks. Default: 0. */
  encoderLayers?: number | undefined
  /** Number of decoder blocks. Default: 0. */
  decoderLayers?: number | undefined
  /** Which stack the tensor is in, where there are both. */
  part?: 'encoder' | 'decoder' | undefined
}

export interface LayerScaleOptions extends CommonOptions {
  /** Number of blocks. */
  depth: number
}

export const GPT2 = define<{ stddev: number; layers: number | null }>({
  className: 'Gpt2',
  random: true,
  params: { stddev: aboveZero(0.02), layers: optional(whole(1)) },
  law: ({ stddev, layers }, { dtype }) =>
    normalLaw(0, layers === null ? stddev : stddev / Math.sqrt(2 * layers), dtype),
})

/** The width that was given, else the tensor's fan in. */
function widthOf(dim: number | null, target: Target): number {
  return dim ?? Math.max(1, target.fans().fanIn)
}

export const SMALL_INIT = define<{ dim: number | null }>({
  className: 'SmallInit',
  random: true,
  params: { dim: optional(whole(1)) },
  law: ({ dim }, target) => normalLaw(0, Math.sqrt(2 / (5 * widthOf(dim, target))), target.dtype),
})

export const WANG = define<{ layers: number; dim: number | null }>({
  className: 'Wang',
  aliases: ['wangInit'],
  random: true,
  params: { layers: whole(1), dim: optional(whole(1)) },
  law: ({ layers, dim }, target) =>
    normalLaw(0, 2 / (layers * Math.sqrt(widthOf(dim, target))), target.dtype),
})

export const MITCHELL = define<{ layer: number | null }>({
  className: 'Mitchell',
  random: true,
  params: { layer: optional(whole(0)) },
  law: ({ layer }, target) => {
    const depth = layer === null ? 1 : 2 * (layer + 1)
    const stddev = 1 / Math.sqrt(Math.max(1, target.fans().fanIn) * depth)
    return truncatedLaw({ mean: 0, stddev, lower: -3, upper: 3, bounds: 'sigma' }, false, target.dtype)
  },
})

interface Depth {
  encoderLayers: number
  decoderLayers: number
  part: 'encoder' | 'decoder' | null
}

const DEPTH = {
  encoderLayers: whole(0, 0),
  decoderLayers: whole(0, 0),
  part: optional(word<'encoder' | 'decoder'>(['encoder', 'decoder'])),
}

function checkDepth({ encoderLayers, decoderLayers, part }: Depth): void {
  if (encoderLayers + decoderLayers === 0) {
    throw rangeError('ERR_INVALID_ARGUMENT', 'encoderLayers or decoderLayers must be at least 1')
  }
  if (encoderLayers > 0 && decoderLayers > 0 && part === null) {
    throw rangeError('ERR_INVALID_ARGUMENT', "part must be 'encoder' or 'decoder' in a model that has both")
  }
}

/** Xavier's normal law with a gain. */
function xavierLaw(gain: number, target: Target) {
  return scalingLaw({ scale: gain * gain, mode: 'fan_avg', distribution: 'untruncated_normal' }, target)
}

const fourthRoot = (x: number) => Math.sqrt(Math.sqrt(x))

function deepNormGain({ encoderLayers: n, decoderLayers: m, part }: Depth): number {
  if (n === 0 || m === 0) return 1 / fourthRoot(8 * (n + m))
  return part === 'decoder' ? 1 / fourthRoot(12 * m) : 0.87 / (fourthRoot(n) * fourthRoot(fourthRoot(m)))
}

export const DEEP_NORM = define<Depth>({
  className: 'DeepNorm',
  random: true,
  params: DEPTH,
  check: checkDepth,
  law: (depth, target) => xavierLaw(deepNormGain(depth), target),
})

function subLNGain({ encoderLayers: n, decoderLayers: m, part }: Depth): number {
  if (n === 0 || m === 0) return Math.sqrt(ln(2 * (n + m)))
  return Math.sqrt(part === 'decoder' ? ln(3 * m) : (ln(3 * m) * ln(2 * n)) / 3)
}

export const SUB_LN = define<Depth>({
  className: 'SubLN',
  random: true,
  params: DEPTH,
  check: checkDepth,
  law: (depth, target) => xavierLaw(subLNGain(depth), target),
})

export const LAYER_SCALE = define<{ depth: number }>({
  className: 'LayerScale',
  random: false,
  params: { depth: whole(1) },
  law: ({ depth }, { dtype }) => constantLaw(depth <= 18 ? 0.1 : depth <= 24 ? 1e-5 : 1e-6, dtype),
})

/**
 * Normal(0, 0.02), over sqrt(2 layers) for the projections that add to the residual stream, so that its variance does
 * not grow with depth (Radford et al. 2019).
 */
export function gpt2(options?: Gpt2Options): Initializer {
  return new CatalogueInitializer(GPT2, options)
}

/** Normal with variance 2 / (5 dim) (Nguyen and Salazar 2019; "small init" of GPT-NeoX). */
export function smallInit(options?: WidthOptions): Initializer {
  return new CatalogueInitializer(SMALL_INIT, options)
}

/** Normal with standard deviation 2 / (layers sqrt(dim)), for output projections (Wang and Komatsuzaki 2021, GPT-J). */
export function wang(options: WangOptions): Initializer {
  return new CatalogueInitializer(WANG, options)
}

/**
 * Normal cut at 3 standard deviations of 1 / sqrt(fanIn), and of 1 / sqrt(2 fanIn (layer + 1)) for the projections that
 * add to the residual stream (Groeneveld et al. 2024, OLMo's "mitchell").
 */
export function mitchell(options?: MitchellOptions): Initializer {
  return new CatalogueInitializer(MITCHELL, options)
}

/**
 * Xavier's normal law with DeepNet's gain, for value, output and feed-forward projections: (8 N)^(-1/4) in a model of N
 * encoder or decoder blocks; with both, 0.87 (N^4 M)^(-1/16) in the encoder and (12 M)^(-1/4) in the decoder (Wang et al.
 * 2022). Query and key projections take `xavierNormal`.
 */
export function deepNorm(options: TransformerDepthOptions): Initializer {
  return new CatalogueInitializer(DEEP_NORM, options)
}

/**
 * Xavier's normal law with Magneto's gain, for value, output and feed-forward projections under Sub-LN:
 * sqrt(log(2 N)) in a model of N encoder or decoder blocks; with both, sqrt(log(3 M) log(2 N) / 3) in the encoder and
 * sqrt(log(3 M)) in the decoder (Wang et al. 2022).
 */
export function subLN(options: TransformerDepthOptions): Initializer {
  return new CatalogueInitializer(SUB_LN, options)
}

/** The factor on a residual branch: 0.1 up to depth 18, 1e-5 up to 24, else 1e-6 (Touvron et al. 2021, CaiT). */
export function layerScale(options: LayerScaleOptions): Initializer {
  return new CatalogueInitializer(LAYER_SCALE, options)
}
