import { rangeError, wrongLength, wrongShape, wrongType } from '../errors.js'
import { arrayKind, ownArray } from '../realm.js'
import { present, shapeOf } from '../validate.js'

/**
 * The shape of a table that has rows.
 *
 * @throws `ERR_INVALID_SHAPE`
 */
export function tableShape(shape: unknown): [rows: number, features: number] {
  const sizes = shapeOf(shape)
  if (sizes.length !== 2 || sizes[0] === 0) throw wrongShape('be [rows, features] with rows', sizes)
  return sizes as unknown as [number, number]
}

/**
 * A Float32Array of the caller's, of `length` finite values.
 *
 * @throws `ERR_INVALID_ARGUMENT`, `ERR_LENGTH_MISMATCH`
 */
export function floats(value: unknown, argument: string, length: number): Float32Array {
  if (arrayKind(value) !== 'Float32Array') throw wrongType(argument, 'a Float32Array', value)
  const values = present(ownArray(value) as Float32Array, argument)
  if (values.length !== length) throw wrongLength(argument, length, values.length)
  if (values.every(Number.isFinite)) return values
  throw rangeError('ERR_INVALID_ARGUMENT', `${argument} must hold finite values`)
}

/**
 * An array of floats of the caller's, of `length` elements.
 *
 * @throws `ERR_INVALID_ARGUMENT`, `ERR_LENGTH_MISMATCH`
 */
export function floatArray(value: unknown, argument: string, length: number): Float32Array | Float64Array {
  if (!/^Float(32|64)Array$/.test(arrayKind(value) ?? ''))
    throw wrongType(argument, 'a Float32Array or Float64Array', value)
  const values = value as Float32Array
  if (values.length === length) return values
  throw wrongLength(argument, length, values.length)
}
