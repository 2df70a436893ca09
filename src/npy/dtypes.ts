import { arrayKind } from '../realm.js'

/** Arrays that `.npy` files are read to: one typed array class for each element type. */
export type NpyData =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | BigUint64Array
  | BigInt64Array

/**
 * Element types, named as in safetensors. `F16` is held as bit patterns in a Uint16Array, `BOOL` as 0 and 1 in a
 * Uint8Array.
 */
export type NpyDtype =
  'F16' | 'F32' | 'F64' | 'BOOL' | 'U8' | 'U16' | 'U32' | 'U64' | 'I8' | 'I16' | 'I32' | 'I64'

interface TypedArrayClass {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NpyData
  readonly name: string
  readonly BYTES_PER_ELEMENT: number
}

/** What is known of one element type. */
export interface NpyType {
  readonly dtype: NpyDtype
  /** Kind and size in numpy's array protocol: the type string without its byte order. */
  readonly code: string
  readonly view: TypedArrayClass
}

/** In the order in which a typed array's own type is looked up: a Uint8Array is `U8`, a Uint16Array `U16`. */
const TYPES: readonly NpyType[] = [
  { dtype: 'F32', code: 'f4', view: Float32Array },
  { dtype: 'F64', code: 'f8', view: Float64Array },
  { dtype: 'U8', code: 'u1', view: Uint8Array },
  { dtype: 'I8', code: 'i1', view: Int8Array },
  { dtype: 'U16', code: 'u2', view: Uint16Array },
  { dtype: 'I16', code: 'i2', view: Int16Array },
  { dtype: 'U32', code: 'u4', view: Uint32Array },
  { dtype: 'I32', code: 'i4', view: Int32Array },
  { dtype: 'U64', code: 'u8', view: BigUint64Array },
  { dtype: 'I64', code: 'i8', view: BigInt64Array },
  { dtype: 'F16', code: 'f2', view: Uint16Array },
  { dtype: 'BOOL', code: 'b1', view: Uint8Array },
]

/** Names of all element types, for messages. */
export const NPY_DTYPES: readonly NpyDtype[] = TYPES.map(({ dtype }) => dtype)

/** Type strings that are read, without their byte order, for messages. */
export const NPY_CODES: readonly string[] = TYPES.map(({ code }) => code)

/** The element type of this name. */
export function typeNamed(dtype: NpyDtype): NpyType {
  return TYPES.find((type) => type.dtype === dtype) as NpyType
}

/** The element type with this type string, if it is one that JavaScript can hold. */
export function typeCoded(code: string): NpyType | undefined {
  return TYPES.find((type) => type.code === code)
}

/** The element type that a typed array has when none is given. */
export function typeOfArray(data: unknown): NpyType | undefined {
  const kind = arrayKind(data)
  return kind === 'Float16Array' ? typeNamed('F16') : TYPES.find(({ view }) => view.name === kind)
}

/** A Float16Array, which the oldest supported runtimes do not have. */
export function isFloat16Array(data: unknown): data is ArrayBufferView {
  return arrayKind(data) === 'Float16Array'
}
