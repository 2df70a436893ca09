import { rangeError, wrongType } from '../errors.js'
import { integer, nonNegative, oneOf, readArray, readOptions, readRecord } from '../validate.js'

/** Where a framework puts the input and output axes: (..., in, out), (out, in, ...) or (out, ..., in). */
export type BaseLayout = 'keras' | 'torch' | 'mlx'

/** Named axes, as JAX has them; negative ones count from the end, the rest are the receptive field. */
export interface AxesLayout {
  readonly inAxes: readonly number[]
  readonly outAxes: readonly number[]
  /** Axes of independent tensors: they count in neither fan. */
  readonly batchAxes?: readonly number[] | undefined
  /** Groups of a grouped convolution: an input feeds `out / groups` units. */
  readonly groups?: number | undefined
}

/** The fans themselves. */
export interface ExplicitFans {
  readonly fanIn: number
  readonly fanOut: number
}

/** A depthwise convolution: (..., channels, multiplier) in Keras, (channels * multiplier, 1, ...) in torch. */
export interface DepthwiseLayout {
  readonly kind: 'depthwise'
  readonly base?: BaseLayout | undefined
  /** Outputs a channel, where the shape doesn't tell (torch, mlx). Default: 1. */
  readonly multiplier?: number | undefined
}

/** A grouped convolution: the base layout's shape, with `in / groups` on the input axis. */
export interface GroupedLayout {
  readonly kind: 'grouped'
  readonly base?: BaseLayout | undefined
  readonly groups: number
}

/** A transposed convolution: (..., out, in) in Keras, (in, out / groups, ...) in torch. */
export interface TransposedLayout {
  readonly kind: 'transposed'
  readonly base?: BaseLayout | undefined
  /** Stride of every spatial axis, or one a spatial axis: an output sees 1 / stride of the taps. Default: 1. */
  readonly stride?: number | readonly number[] | undefined
  readonly groups?: number | undefined
}

/** Gates packed on the output axis: (in, gates * units) in Keras, (gates * units, in) in torch. */
export interface GatesLayout {
  readonly kind: 'gates'
  readonly base?: BaseLayout | undefined
  /** Number of gates: 4 for LSTM, 3 for GRU and packed query, key and value. */
  readonly gates: number
}

/** Fans that are the products of the named axes alone, as Keras's `input_axes` and `output_axes` for einsums. */
export interface ProductLayout {
  readonly kind: 'product'
  readonly inAxes: readonly number[]
  readonly outAxes: readonly number[]
}

/** A layout that counts the true multiply-adds of a kind of layer. */
export type LayerLayout = DepthwiseLayout | GroupedLayout | TransposedLayout | GatesLayout

/** How a tensor's shape is read. */
export type Layout = BaseLayout | AxesLayout | ExplicitFans | ProductLayout | LayerLayout

const BASES = ['keras', 'torch', 'mlx'] as const
const KINDS = ['depthwise', 'grouped', 'transposed', 'gates', 'product'] as const
const MAX_AXES = 64

/**
 * Checks a layout and copies it, so that later changes of the caller's object change nothing.
 *
 * @throws `ERR_INVALID_ARGUMENT`
 */
export function layoutOf(value: unknown): Layout {
  if (typeof value === 'string') return oneOf(value, 'layout', BASES)
  if (typeof value !== 'object' || value === null) {
    const allowed = "'keras', 'torch', 'mlx' or an object of axes, fans or a kind of layer"
    throw wrongType('layout', allowed, value)
  }
  const record = readRecord(value, 'layout')
  if ('kind' in record) return Object.freeze(layerLayout(record))
  return Object.freeze('fanIn' in record || 'fanOut' in record ? explicitFans(record) : axesLayout(record))
}

function explicitFans(record: Record<string, unknown>): ExplicitFans {
  const { fanIn, fanOut } = readOptions(record, ['fanIn', 'fanOut'], 'layout')
  return { fanIn: nonNegative(fanIn, 'layout.fanIn'), fanOut: nonNegative(fanOut, 'layout.fanOut') }
}

function axesLayout(record: Record<string, unknown>): AxesLayout {
  const { inAxes, outAxes, batchAxes, groups } = readOptions(
    record,
    ['inAxes', 'outAxes', 'batchAxes', 'groups'],
    'layout',
  )
  return {
    inAxes: axes(inAxes, 'layout.inAxes'),
    outAxes: axes(outAxes, 'layout.outAxes'),
    ...(batchAxes === undefined ? {} : { batchAxes: axes(batchAxes, 'layout.batchAxes') }),
    ...(groups === undefined ? {} : { groups: integer(groups, 'layout.groups', 1) }),
  }
}

/** A list of axes: integers, negative ones counting from the end. */
export function axes(value: unknown, argument: string): readonly number[] {
  const list = readArray(value, argument, 'ERR_INVALID_ARGUMENT', MAX_AXES)
  // What is handed out again is the same list.
  return Object.freeze(list.map((axis, i) => integer(axis, `${argument}[${i}]`, -MAX_AXES, MAX_AXES - 1)))
}

function layerLayout(record: Record<string, unknown>): LayerLayout | ProductLayout {
  const kind = oneOf(record['kind'], 'layout.kind', KINDS)
  if (kind === 'product') return productLayout(record)
  const allowed = {
    depthwise: ['multiplier'],
    grouped: ['groups'],
    transposed: ['stride', 'groups'],
    gates: ['gates'],
  }
  const { base, multiplier, groups, gates, stride } = readOptions(
    record,
    ['kind', 'base', ...allowed[kind]],
    'layout',
  )
  const common = base === undefined ? {} : { base: oneOf(base, 'layout.base', BASES) }
  const count = (value: unknown, name: string) => integer(value, `layout.${name}`, 1)
  switch (kind) {
    case 'depthwise':
      return {
        kind,
        ...common,
        ...(multiplier === undefined ? {} : { multiplier: count(multiplier, 'multiplier') }),
      }
    case 'grouped':
      return { kind, ...common, groups: count(groups, 'groups') }
    case 'gates':
      return { kind, ...common, gates: count(gates, 'gates') }
    case 'transposed': {
      const rest = groups === undefined ? {} : { groups: count(groups, 'groups') }
      return { kind, ...common, ...rest, ...(stride === undefined ? {} : { stride: strides(stride) }) }
    }
  }
}

function productLayout(record: Record<string, unknown>): ProductLayout {
  const { inAxes, outAxes } = readOptions(record, ['kind', 'inAxes', 'outAxes'], 'layout')
  return { kind: 'product', inAxes: axes(inAxes, 'layout.inAxes'), outAxes: axes(outAxes, 'layout.outAxes') }
}

function strides(value: unknown): number | readonly number[] {
  if (typeof value === 'number') return integer(value, 'layout.stride', 1)
  const list = readArray(value, 'layout.stride', 'ERR_INVALID_ARGUMENT', MAX_AXES)
  return list.map((stride, i) => integer(stride, `layout.stride[${i}]`, 1))
}

/** The layout whose matrix view and axes a layout has. */
export function baseOf(layout: Layout): BaseLayout {
  if (typeof layout === 'string') return layout
  return ('base' in layout ? layout.base : undefined) ?? 'keras'
}

/** Axes counted from the start, refusing those that the shape doesn't have. */
export function resolveAxes(list: readonly number[], rank: number): number[] {
  return list.map((axis) => {
    if (axis >= -rank && axis < rank) return axis < 0 ? axis + rank : axis
    throw rangeError('ERR_INVALID_SHAPE', `shape of rank ${rank} has no axis ${axis}, which the layout names`)
  })
}
