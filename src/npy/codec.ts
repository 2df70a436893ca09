/** `.npy` files as bytes in memory. */
import { wrongType } from '../errors.js'
import { isOf, ownArray } from '../realm.js'
import { allocate, fitShape, oneOf, readOptions, shapeOf, sizeOf } from '../validate.js'
import {
  isFloat16Array,
  NPY_DTYPES,
  typeNamed,
  typeOfArray,
  type NpyData,
  type NpyDtype,
  type NpyType,
} from './dtypes.js'
import { formatHeader, HOST_LITTLE_ENDIAN, parseHeader, type NpyHeader } from './header.js'

/** An array read from a `.npy` file, its elements in C order whatever their order in the file. */
export interface NpyArray {
  readonly dtype: NpyDtype
  readonly shape: readonly number[]
  readonly data: NpyData
}

/** An array to be written. */
export interface NpyInput<Data = NpyData> {
  /** Sizes of the axes; `[]` is a scalar. */
  readonly shape: readonly number[]
  /** The elements in C order. */
  readonly data: Data
  /** Needed where the typed array does not tell: a Uint16Array is `U16` unless this says `F16`, a Uint8Array `U8` unless `BOOL`. */
  readonly dtype?: NpyDtype | undefined
}

/**
 * Reads a `.npy` file from memory.
 *
 * @param bytes - the whole file; the result's `data` is a view of it where byte order, element order and alignment
 * allow, else a copy
 * @throws `ERR_BAD_FILE` naming the fault; nothing is allocated before the header is checked against the length
 */
export function decodeNpy(bytes: Uint8Array | ArrayBuffer): NpyArray {
  const file = toBytes(bytes)
  const header = parseHeader(file, file.length, 'the .npy data')
  return decodeData(header, file.subarray(header.dataStart))
}

/** The bytes of a file in memory, whatever view or buffer they come in. */
export function toBytes(source: unknown): Uint8Array {
  if (isOf(source, 'ArrayBuffer')) return new Uint8Array(source as ArrayBuffer)
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
  throw wrongType('bytes', 'a Uint8Array or an ArrayBuffer', source)
}

/** Turns the elements' bytes into an array in this machine's byte order and in C order. */
export function decodeData(header: NpyHeader, bytes: Uint8Array): NpyArray {
  const { type, shape } = header
  const size = type.view.BYTES_PER_ELEMENT
  const swapped = size > 1 && header.littleEndian !== HOST_LITTLE_ENDIAN
  const copied = swapped || bytes.byteOffset % size !== 0
  const own = copied ? allocate(`an array of shape [${shape.join(', ')}]`, () => bytes.slice()) : bytes
  if (swapped) swapBytes(own, size)
  const data = new type.view(own.buffer, own.byteOffset, sizeOf(shape))
  const transposed = header.fortranOrder && shape.length > 1
  return { dtype: type.dtype, shape, data: transposed ? toCOrder(data, shape) : data }
}

/** Reverses the bytes of every element in place. */
function swapBytes(bytes: Uint8Array, size: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  if (size === 2) buffer.swap16()
  else if (size === 4) buffer.swap32()
  else buffer.swap64()
}

/** Copies elements whose first axis varies fastest to an array whose last axis does. */
function toCOrder(data: NpyData, shape: readonly number[]): NpyData {
  const out = allocate(`an array of shape [${shape.join(', ')}]`, () => data.slice())
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)))
  const index = shape.map(() => 0)
  let source = 0
  for (let i = 0; i < out.length; i++) {
    out[i] = data[source] as never
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1
      source += strides[axis] as number
      if ((index[axis] as number) < (shape[axis] as number)) break
      source -= (shape[axis] as number) * (strides[axis] as number)
      index[axis] = 0
    }
  }
  return out
}

/**
 * Writes an array as the bytes of a `.npy` file, format version 1.0, C order.
 *
 * @throws `ERR_INVALID_SHAPE`, `ERR_LENGTH_MISMATCH`, `ERR_INVALID_ARGUMENT`
 */
export function encodeNpy(array: NpyInput): Uint8Array {
  const { type, shape, data } = checkInput(array)
  const view = checkData(data, type)
  fitShape(view.length, shape, 'data')
  const header = formatHeader(type, shape)
  const file = allocate('the file', () => new Uint8Array(header.length + view.byteLength))
  file.set(header)
  file.set(toBytes(view), header.length)
  return file
}

/** Checks everything but the elements: their class is `checkData`'s, their number `fitShape`'s. */
export function checkInput(array: unknown): { type: NpyType; shape: readonly number[]; data: unknown } {
  const { shape, data, dtype } = readOptions(array, ['shape', 'data', 'dtype'], 'array')
  const checked = shapeOf(shape)
  const type = dtype === undefined ? typeOfArray(data) : typeNamed(oneOf(dtype, 'dtype', NPY_DTYPES))
  if (type !== undefined) return { type, shape: checked, data }
  throw wrongType('data', 'a typed array, or dtype be given', data)
}

/** Elements of this type as a view of the class that carries it; a Float16Array's are taken by their bits. */
export function checkData(data: unknown, type: NpyType): NpyData {
  const own = ownArray(data)
  if (own instanceof type.view) return own
  if (type.dtype === 'F16' && isFloat16Array(data)) {
    return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
  }
  throw wrongType(`data of ${type.dtype}`, `a ${type.view.name}`, data)
}
