/** `.npy` files on disk. */
import type { FileHandle } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { ASYNC_OPTIONS, type AsyncOptions, watch, type Control } from '../async/watch.js'
import { readExactly, withRegular } from '../files/read-bytes.js'
import { destinationOf, replaceFile } from '../files/replace.js'
import { wrongType } from '../errors.js'
import { allocate, fitShape, readOptions, sizeOf } from '../validate.js'
import { checkData, checkInput, decodeData, decodeNpy, toBytes } from './codec.js'
import type { NpyArray, NpyInput } from './codec.js'
import type { NpyData } from './dtypes.js'
import { formatHeader, headerLength, parseHeader, PREFIX_LENGTH } from './header.js'

/**
 * Reads a `.npy` file. Progress counts bytes.
 *
 * @param source - a path, a file URL, or the file's bytes
 * @throws `ERR_IO` where the file cannot be read, `ERR_BAD_FILE` naming what is wrong in it, `ERR_ABORTED`
 */
export async function readNpy(
  source: string | URL | Uint8Array | ArrayBuffer,
  options?: AsyncOptions,
): Promise<NpyArray> {
  const { control, expect, finish } = watch(readOptions(options, ASYNC_OPTIONS), 0, 'bytes')
  if (!isPath(source)) {
    const array = decodeNpy(source)
    finish(array.data.byteLength)
    return array
  }
  const path = pathOf(source)
  return withRegular(path, async (file, length) => {
    const prefix = await readRange(file, path, 0, Math.min(length, PREFIX_LENGTH))
    const { end } = headerLength(prefix, path)
    const header = parseHeader(await readRange(file, path, 0, Math.min(length, end)), length, path)
    expect(header.dataLength)
    const data = await readRange(file, path, header.dataStart, header.dataLength, control)
    finish()
    return decodeData(header, data)
  })
}

/** The whole of a regular file. */
export async function readWhole(source: string | URL, control: Control): Promise<Uint8Array> {
  const path = pathOf(source)
  return withRegular(path, (file, length) => readRange(file, path, 0, length, control))
}

/**
 * Writes a `.npy` file: format version 1.0, C order, under a temporary name first and then renamed, so that the file is
 * the old one or the new one and never half of it. Progress counts values.
 *
 * @param array - `data` may be an iterable of typed arrays, taken one at a time: an array larger than memory
 * @throws `ERR_IO`, `ERR_INVALID_SHAPE`, `ERR_LENGTH_MISMATCH`, `ERR_INVALID_ARGUMENT`, `ERR_ABORTED`
 */
export async function writeNpy(
  path: string | URL,
  array: NpyInput<NpyData | Iterable<NpyData> | AsyncIterable<NpyData>>,
  options?: AsyncOptions,
): Promise<void> {
  const target = pathOf(path)
  const { type, shape, data } = checkInput(array)
  const { control, finish } = watch(readOptions(options, ASYNC_OPTIONS), sizeOf(shape), 'values')
  const whole = ArrayBuffer.isView(data)
  if (whole) fitShape(checkData(data, type).length, shape, 'data')
  const parts = whole ? [data] : checkIterable(data)
  await writeWhole(target, control, async (write) => {
    await write(formatHeader(type, shape))
    let length = 0
    for await (const part of parts) {
      const view = checkData(part, type)
      length += view.length
      await write(toBytes(view))
      control.onStep?.(length)
    }
    fitShape(length, shape, 'data')
  })
  finish()
}

function checkIterable(data: unknown): Iterable<unknown> | AsyncIterable<unknown> {
  const { [Symbol.iterator]: sync, [Symbol.asyncIterator]: later } = Object(data) as Partial<
    Iterable<unknown> & AsyncIterable<unknown>
  >
  if (typeof sync === 'function' || typeof later === 'function') return data as Iterable<unknown>
  throw wrongType('data', 'a typed array or an iterable of them', data)
}

/** Writes a file under a temporary name beside it, and renames it once it is complete and on disk. */
export async function writeWhole(
  path: string | URL,
  { signal }: Control,
  fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  await replaceFile(await destinationOf(pathOf(path)), signal, fill)
}

/** Whether a source is a file's place, not its bytes. */
export function isPath(source: unknown): source is string | URL {
  return typeof source === 'string' || source instanceof URL
}

function pathOf(path: unknown): string {
  if (typeof path === 'string' && path !== '') return path
  if (path instanceof URL && path.protocol === 'file:') return fileURLToPath(path)
  throw wrongType('path', 'a string or a file URL', path)
}

async function readRange(
  file: FileHandle,
  path: string,
  start: number,
  length: number,
  control?: Control,
): Promise<Uint8Array> {
  const bytes = allocate(`${length} bytes of ${path}`, () => new Uint8Array(length))
  await readExactly(file, bytes, start, path, control)
  return bytes
}
