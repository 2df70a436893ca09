/** Element types of safetensors files and the arrays that show their values. */

/** Types that a tensor in a file can have. F16, BF16 and the 8-bit floats are shown as their bit patterns. */
export type FileDtype =
  | 'BOOL'
  | 'U8'
  | 'I8'
  | 'F8_E4M3'
  | 'F8_E5M2'
  | 'U16'
  | 'I16'
  | 'F16'
  | 'BF16'
  | 'U32'
  | 'I32'
  | 'F32'
  | 'U64'
  | 'I64'
  | 'F64'

/** The array that shows a tensor's values. */
export type TensorData =
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

interface ArrayType {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer, byteOffset: number, length: number): TensorData
}

const ARRAYS: ReadonlyMap<string, ArrayType> = new Map<FileDtype, ArrayType>([
  ['BOOL', Uint8Array],
  ['U8', Uint8Array],
  ['I8', Int8Array],
  ['F8_E4M3', Uint8Array],
  ['F8_E5M2', Uint8Array],
  ['U16', Uint16Array],
  ['I16', Int16Array],
  ['F16', Uint16Array],
  ['BF16', Uint16Array],
  ['U32', Uint32Array],
  ['I32', Int32Array],
  ['F32', Float32Array],
  ['U64', BigUint64Array],
  ['I64', BigInt64Array],
  ['F64', Float64Array],
])

/** Whether a string names an element type. */
export function isFileDtype(name: unknown): name is FileDtype {
  return typeof name === 'string' && ARRAYS.has(name)
}

/** Bytes of one element. */
export function dtypeSize(dtype: FileDtype): number {
  return arrayType(dtype).BYTES_PER_ELEMENT
}

/** A view of `length` elements at `start` of the buffer; a copy where their alignment forbids a view. */
export function viewOf(dtype: FileDtype, buffer: ArrayBuffer, start: number, length: number): TensorData {
  const type = arrayType(dtype)
  if (start % type.BYTES_PER_ELEMENT === 0) return new type(buffer, start, length)
  return new type(buffer.slice(start, start + length * type.BYTES_PER_ELEMENT), 0, length)
}

function arrayType(dtype: FileDtype): ArrayType {
  return ARRAYS.get(dtype) as ArrayType
}
