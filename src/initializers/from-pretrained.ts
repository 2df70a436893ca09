/** Starts made from the weights of another network. */
import { fromBf16, fromF16 } from '../engine/js/half.js'
import { eachDraw, u53 } from '../engine/js/u53.js'
import { streamKey } from '../engine/stream.js'
import { rangeError, wrongType, wrongShape } from '../errors.js'
import { arrayKind } from '../realm.js'
import {
  allocate,
  integer,
  oneOf,
  pathOf,
  present,
  readOptions,
  type Seed,
  seedOf,
  shapeOf,
  sizeOf,
} from '../validate.js'
import { stridesOf } from './axes.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define } from './definition.js'
import { type Literal, readLiteral, writeLiteral } from './literal.js'
import { real } from './params.js'
import type { Initializer } from './types.js'
import { each } from './values.js'

/** A tensor of a checkpoint, as `readSafetensors` gives it. */
export interface PretrainedTensor {
  /** A Float32Array or Float64Array, or bits of floats in a Uint16Array. */
  readonly data: ArrayBufferView
  readonly shape: readonly number[]
  /** What the bits of a Uint16Array are: 'F16' or 'BF16'. */
  readonly dtype?: string | undefined
}

export interface PretrainedOptions {
  /** Value where the tensor wanted reaches beyond the pretrained one. Default: 0. */
  fill?: number | undefined
}

interface Pretrained {
  value: Literal
  shape: readonly number[]
  fill: number
}

export const PRETRAINED = define<Pretrained>({
  className: 'FromPretrained',
  random: false,
  params: { value: { read: readLiteral, write: writeLiteral }, shape: { read: shapeOf }, fill: real(0) },
  check: ({ value, shape }) => {
    if (value.data.length === sizeOf(shape)) return
    const message = `value must have the ${sizeOf(shape)} elements of shape [${shape.join(', ')}], got ${value.data.length}`
    throw rangeError('ERR_LENGTH_MISMATCH', message)
  },
  law: ({ value, shape, fill }, target) => {
    if (shape.length !== target.shape.length) {
      throw wrongShape(`have rank ${shape.length}, that of the pretrained tensor`, target.shape)
    }
    return each(target, overlap(value.data, shape, target.shape, fill))
  },
})

/** The value of an element: that of the leading block that both shapes have, or `fill`. */
function overlap(
  data: Float64Array,
  from: readonly number[],
  shape: readonly number[],
  fill: number,
): (element: number) => number {
  const strides = stridesOf(from)
  return (element) => {
    let source = 0
    let rest = element
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const place = rest % (shape[axis] as number)
      if (place >= (from[axis] as number)) return fill
      source += place * (strides[axis] as number)
      rest = Math.floor(rest / (shape[axis] as number))
    }
    return data[source] as number
  }
}

/**
 * The values of a trained tensor: exact where the shape is the same, its leading block where that is smaller on an axis, and
 * `fill` beyond it where larger. A plan's file records its values as text: about five million fit into its header.
 */
export function fromPretrained(tensor: PretrainedTensor, options?: PretrainedOptions): Initializer {
  const { data, shape, dtype } = readOptions(tensor, ['data', 'shape', 'dtype'], 'tensor')
  const { fill } = readOptions(options, ['fill'])
  const sizes = shapeOf(shape)
  return new CatalogueInitializer(PRETRAINED, {
    value: arrayOf(decoded(data, dtype), 'data', sizeOf(sizes)),
    shape: sizes,
    fill,
  })
}

/** Bits of floats of 16 bits as those floats; everything else as it is. */
function decoded(data: unknown, dtype: unknown): unknown {
  if (arrayKind(data) !== 'Uint16Array') return data
  const decode = oneOf(dtype, 'dtype of the bits in data', ['F16', 'BF16']) === 'F16' ? fromF16 : fromBf16
  const bits = present(data as Uint16Array, 'data')
  return allocate(`${bits.length} values`, () => Float32Array.from(bits, decode))
}

/** Kernels [in, out] and bias of a layer, and the kernel of the one behind it. */
export interface GrowLayers {
  readonly kernel: Float32Array
  readonly bias?: Float32Array | undefined
  /** Kernel of the next layer: [units, out]. */
  readonly next: Float32Array
}

export interface GrowOptions {
  seed: Seed
  /** Default: ''. */
  path?: string | undefined
}

/**
 * A wider hidden layer that computes the same function (Chen, Goodfellow and Shlens 2016, "Net2WiderNet"): new units are
 * copies of old ones drawn at random, and what leaves a unit is divided by the number of its copies.
 *
 * @param units - how many the layer has, and how many it shall have
 * @throws `ERR_INVALID_ARGUMENT`, `ERR_LENGTH_MISMATCH`, `ERR_INVALID_SEED`, `ERR_INVALID_PATH`
 */
export function grow(
  layers: GrowLayers,
  units: { readonly from: number; readonly to: number },
  options: GrowOptions,
): { kernel: Float32Array; bias?: Float32Array; next: Float32Array } {
  const { kernel, bias, next } = readOptions(layers, ['kernel', 'bias', 'next'], 'layers')
  const size = readOptions(units, ['from', 'to'], 'units')
  const from = integer(size['from'], 'units.from', 1)
  const to = integer(size['to'], 'units.to', from)
  const { seed, path = '' } = readOptions(options, ['seed', 'path'])
  const incoming = arrayOf(kernel, 'kernel', multipleOf(kernel, from))
  const outgoing = arrayOf(next, 'next', multipleOf(next, from))
  const [inputs, outputs] = [incoming.length / from, outgoing.length / from]
  const room = (length: number): Float32Array =>
    allocate(`a layer of ${to} units`, () => new Float32Array(length))
  const [wide, narrow] = [room(inputs * to), room(to * outputs)]
  const sources = allocate(`${to} units`, () => Uint32Array.from({ length: to }, (_, unit) => unit))
  eachDraw(streamKey(seedOf(seed), pathOf(path)), 0, to - from, (k, hi, lo) => {
    sources[from + k] = Math.min(Math.floor(u53(hi, lo) * from), from - 1)
  })
  const copies = new Uint32Array(from)
  for (const source of sources) copies[source] = (copies[source] as number) + 1
  for (const [unit, source] of sources.entries()) {
    for (let i = 0; i < inputs; i++) wide[i * to + unit] = incoming[i * from + source] as number
    for (let o = 0; o < outputs; o++)
      narrow[unit * outputs + o] = (outgoing[source * outputs + o] as number) / (copies[source] as number)
  }
  if (bias === undefined) return { kernel: wide, next: narrow }
  const old = arrayOf(bias, 'bias', from)
  return { kernel: wide, bias: Float32Array.from(sources, (source) => old[source] as number), next: narrow }
}

/** The length of an array whose rows or columns are units. */
function multipleOf(value: unknown, units: number): number {
  const { length = 0 } = (arrayKind(value) === undefined ? {} : value) as { length?: number }
  return Math.ceil(length / units) * units
}

function arrayOf(value: unknown, argument: string, length: number): Float32Array | Float64Array {
  if (!/^Float(32|64)Array$/.test(arrayKind(value) ?? ''))
    throw wrongType(argument, 'a Float32Array or Float64Array', value)
  const values = value as Float32Array
  if (values.length === length) return values
  throw rangeError('ERR_LENGTH_MISMATCH', `${argument} must have ${length} elements, got ${values.length}`)
}
