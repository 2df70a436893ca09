import type { Dtype } from '../engine/law.js'
import { wrongType } from '../errors.js'
import { arrayKind, ownArray } from '../realm.js'
import { allocate, integer, oneOf, present } from '../validate.js'

export type { Dtype }

/** A runtime's `Float16Array`, named by its tag since not every runtime has it. */
export interface Float16ArrayLike {
  readonly [Symbol.toStringTag]: 'Float16Array'
  readonly buffer: ArrayBufferLike
  readonly byteOffset: number
  readonly length: number
}

/** An array of floats that can be filled; a Uint16Array holds F16 or BF16 bit patterns, as `dtype` says. */
export type FloatArray = Float32Array | Float64Array | Uint16Array | Float16ArrayLike

/** The array that a new tensor of a dtype comes in: with memory of its own, where TypeScript tells that from shared. */
export type ArrayOf<D extends Dtype> = [Dtype] extends [D]
  ? ReturnType<Float32ArrayConstructor['of']>
  : D extends 'F32'
    ? ReturnType<Float32ArrayConstructor['of']>
    : D extends 'F64'
      ? ReturnType<Float64ArrayConstructor['of']>
      : ReturnType<Uint16ArrayConstructor['of']>

/** What a call that takes a length or an array gives back: a new array, or the same one. */
export type Filled<O extends number | FloatArray, D extends Dtype> = O extends number ? ArrayOf<D> : O

/** Memory to fill: the caller's array, and the same memory as the engines take it. */
export interface Output<T = unknown> {
  readonly array: T
  readonly view: Float32Array | Float64Array | Uint16Array
  readonly dtype: Dtype
}

export const DTYPES = ['F32', 'F64', 'F16', 'BF16'] as const

/** A new zeroed array of `length` values. */
export function newOutput(length: number, dtype: Dtype): Output {
  const what = `${length} values of ${dtype}`
  const view = allocate(what, () => {
    if (dtype === 'F32') return new Float32Array(length)
    return dtype === 'F64' ? new Float64Array(length) : new Uint16Array(length)
  })
  return { array: view, view, dtype }
}

/** The dtype option, F32 where it is not given. */
export function dtypeOf(value: unknown): Dtype {
  return value === undefined ? 'F32' : oneOf(value, 'dtype', DTYPES)
}

/**
 * A new array where `out` is a length, else the array itself.
 *
 * @throws `ERR_INVALID_ARGUMENT` for anything else, or a dtype that is not the array's.
 */
export function outputOf(out: unknown, dtype: unknown): Output {
  if (typeof out === 'number') return newOutput(integer(out, 'out', 0), dtypeOf(dtype))
  return givenOutput(out, dtype, 'a length, ')
}

/** The caller's array as memory to fill; `also` is what else may be given in its place. */
export function givenOutput(out: unknown, dtype: unknown, also = ''): Output {
  const kind = arrayKind(out)
  if (kind === 'Float32Array')
    return { array: out, view: present(ownArray(out) as Float32Array, 'out'), dtype: sameDtype('F32', dtype) }
  if (kind === 'Float64Array')
    return { array: out, view: present(ownArray(out) as Float64Array, 'out'), dtype: sameDtype('F64', dtype) }
  if (kind === 'Float16Array') {
    const { buffer, byteOffset, length } = present(out as Uint16Array, 'out')
    return { array: out, view: new Uint16Array(buffer, byteOffset, length), dtype: sameDtype('F16', dtype) }
  }
  if (kind === 'Uint16Array') {
    return {
      array: out,
      view: present(ownArray(out) as Uint16Array, 'out'),
      dtype: oneOf(dtype, 'dtype of a Uint16Array', ['F16', 'BF16']),
    }
  }
  throw wrongType('out', `${also}a Float32Array, Float64Array, Float16Array or Uint16Array`, out)
}

function sameDtype<D extends Dtype>(own: D, asked: unknown): D {
  return asked === undefined ? own : oneOf(asked, 'dtype of this array', [own])
}
