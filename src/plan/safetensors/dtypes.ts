/** Element types of safetensors files and the arrays that show their values. */
import type { NpyData } from '../../npy/dtypes.js'

/**
 * Types that a tensor in a file can have. F16, BF16 and smaller floats are shown as their bit patterns, those of 4 and 6
 * bits packed as in the file; C64 as pairs of real and imaginary part.
 */
export type FileDtype =
  | 'BOOL'
  | 'F4'
  | 'F6_E2M3'
  | 'F6_E3M2'
  | 'U8'
  | 'I8'
  | 'F8_E4M3'
  | 'F8_E5M2'
  | 'F8_E8M0'
  | 'F8_E4M3FNUZ'
  | 'F8_E5M2FNUZ'
  | 'U16'
  | 'I16'
  | 'F16'
  | 'BF16'
  | 'U32'
  | 'I32'
  | 'F32'
  | 'C64'
  | 'U64'
  | 'I64'
  | 'F64'

/** The array that shows a tensor's values. */
export type TensorData = NpyData

interface ArrayType {
  readonly BYTES_PER_ELEMENT: number
  new (buffer: ArrayBuffer, byteOffset: number, length: number): TensorData
}

/** How values are shown, and the bits of one. */
const TYPES: ReadonlyMap<string, readonly [ArrayType, bits: number]> = new Map<
  FileDtype,
  readonly [ArrayType, number]
>([
  ['BOOL', [Uint8Array, 8]],
  ['F4', [Uint8Array, 4]],
  ['F6_E2M3', [Uint8Array, 6]],
  ['F6_E3M2', [Uint8Array, 6]],
  ['U8', [Uint8Array, 8]],
  ['I8', [Int8Array, 8]],
  ['F8_E4M3', [Uint8Array, 8]],
  ['F8_E5M2', [Uint8Array, 8]],
  ['F8_E8M0', [Uint8Array, 8]],
  ['F8_E4M3FNUZ', [Uint8Array, 8]],
  ['F8_E5M2FNUZ', [Uint8Array, 8]],
  ['U16', [Uint16Array, 16]],
  ['I16', [Int16Array, 16]],
  ['F16', [Uint16Array, 16]],
  ['BF16', [Uint16Array, 16]],
  ['U32', [Uint32Array, 32]],
  ['I32', [Int32Array, 32]],
  ['F32', [Float32Array, 32]],
  ['C64', [Float32Array, 64]],
  ['U64', [BigUint64Array, 64]],
  ['I64', [BigInt64Array, 64]],
  ['F64', [Float64Array, 64]],
])

/** Whether a string names an element type. */
export function isFileDtype(name: unknown): name is FileDtype {
  return typeof name === 'string' && TYPES.has(name)
}

/** Bytes of one element: half of one, or three quarters, for the smallest. */
export function dtypeSize(dtype: FileDtype): number {
  return typeOf(dtype)[1] / 8
}

/** A view of `length` elements at `start` of the buffer; a copy where their alignment forbids a view. */
export function viewOf(dtype: FileDtype, buffer: ArrayBuffer, start: number, length: number): TensorData {
  const [type] = typeOf(dtype)
  const bytes = length * dtypeSize(dtype)
  const count = bytes / type.BYTES_PER_ELEMENT
  if (start % type.BYTES_PER_ELEMENT === 0) return new type(buffer, start, count)
  return new type(buffer.slice(start, start + bytes), 0, count)
}

function typeOf(dtype: FileDtype): readonly [ArrayType, number] {
  return TYPES.get(dtype) as readonly [ArrayType, number]
}
