import { wrongType } from '../errors.js'
import { arrayKind } from '../realm.js'
import { fitShape, shapeOf } from '../validate.js'

/** Arrays that onnxruntime takes as they are; a Uint16Array holds the bits of float16 values. */
export type OnnxArray = Float32Array | Float64Array | Int32Array | Uint8Array | Uint16Array

/** What is used of onnxruntime: the class of its tensors. */
export interface OnnxRuntime<Tensor> {
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => Tensor
}

const TYPES = [
  [Float32Array, 'float32'],
  [Float64Array, 'float64'],
  [Int32Array, 'int32'],
  [Uint8Array, 'uint8'],
  [Uint16Array, 'float16'],
] as const

/**
 * An onnxruntime tensor of the values, without a copy: the array is the tensor's memory from now on.
 *
 * @param ort - the user's own onnxruntime-node, onnxruntime-web or onnxruntime-common
 * @param array - the values in C order
 * @throws `ERR_INVALID_SHAPE`, `ERR_LENGTH_MISMATCH`, `ERR_INVALID_ARGUMENT`
 */
export function toOnnx<Tensor>(ort: OnnxRuntime<Tensor>, array: OnnxArray, shape: readonly number[]): Tensor {
  const kind = arrayKind(array)
  const type = TYPES.find(([view]) => view.name === kind)?.[1]
  if (type === undefined) {
    const allowed = TYPES.map(([view]) => view.name).join(', ')
    throw wrongType('array', `one of ${allowed}`, array)
  }
  const dims = shapeOf(shape)
  fitShape(array.length, dims, 'array')
  if (typeof (ort as Partial<OnnxRuntime<Tensor>> | undefined)?.Tensor !== 'function') {
    throw wrongType('ort', 'the exports of onnxruntime', ort)
  }
  return new ort.Tensor(type as never, array as never, dims)
}
