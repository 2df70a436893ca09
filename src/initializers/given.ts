import { rangeError, wrongType } from '../errors.js'
import { arrayKind, ownArray } from '../realm.js'
import { present } from '../validate.js'

/**
 * A Float32Array of the caller's, of `length` finite values.
 *
 * @throws `ERR_INVALID_ARGUMENT`, `ERR_LENGTH_MISMATCH`
 */
export function floats(value: unknown, argument: string, length: number): Float32Array {
  if (arrayKind(value) !== 'Float32Array') throw wrongType(argument, 'a Float32Array', value)
  const values = present(ownArray(value) as Float32Array, argument)
  if (values.length !== length)
    throw rangeError('ERR_LENGTH_MISMATCH', `${argument} must have ${length} elements, got ${values.length}`)
  if (values.every(Number.isFinite)) return values
  throw rangeError('ERR_INVALID_ARGUMENT', `${argument} must hold finite values`)
}
