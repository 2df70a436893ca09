/** Starts made from the weights of another network. */
import { fromBf16, fromF16 } from '../math/half.js'
import { rangeError, wrongShape } from '../errors.js'
import { arrayKind } from '../realm.js'
import { allocate, oneOf, present, readOptions, shapeOf, sizeOf } from '../validate.js'
import { stridesOf } from './axes.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define } from './definition.js'
import { floatArray } from './given.js'
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
    value: floatArray(decoded(data, dtype), 'data', sizeOf(sizes)),
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
