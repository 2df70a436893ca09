import type { FileHandle } from 'node:fs/promises'
import { openRegular } from '../../engine/read-bytes.js'
import { ioError } from '../../engine/replace.js'
import { allocate, pathOf, sizeOf } from '../../validate.js'
import { type FileDtype, type TensorData, viewOf } from './dtypes.js'
import { badFile, type Entry, type Header, headerLength, parseHeader } from './header.js'

/** Bytes of one read: large enough for any disk, and below the limits of every operating system. */
const CHUNK = 64 << 20

/** A tensor of a file; `data` has `product(shape)` values in C order (C64 two each, types below 8 bits packed). */
export interface FileTensor {
  dtype: FileDtype
  shape: number[]
  data: TensorData
}

/** What a safetensors file holds. */
export interface Safetensors {
  metadata: Record<string, string>
  tensors: Map<string, FileTensor>
}

/**
 * Reads a whole safetensors file. Tensors are views of one buffer where their alignment allows it, else copies. F16 and
 * BF16 come as their bit patterns in a Uint16Array.
 *
 * @throws `ERR_BAD_FILE` naming the fault, `ERR_IO`, `ERR_OUT_OF_MEMORY`
 */
export async function readSafetensors(path: string): Promise<Safetensors> {
  return withFile(path, async (file, size) => {
    const header = await readHeaderOf(file, size, path)
    const last = header.entries.at(-1)
    const bytes = last?.end ?? 0
    if (header.dataStart + bytes !== size) {
      const relation =
        header.dataStart + bytes > size ? 'it is truncated' : 'it has more bytes than its header tells'
      throw badFile(path, `${relation}: ${header.dataStart + bytes} bytes expected, ${size} found`)
    }
    const buffer = allocate(`the ${bytes} bytes of ${path}`, () => new ArrayBuffer(bytes))
    await readExactly(file, new Uint8Array(buffer), header.dataStart, path)
    return {
      metadata: { ...header.metadata },
      tensors: new Map(header.entries.map((entry) => [entry.name, tensorOf(entry, buffer)])),
    }
  })
}

function tensorOf({ dtype, shape, start }: Entry, buffer: ArrayBuffer): FileTensor {
  return { dtype, shape: [...shape], data: viewOf(dtype, buffer, start, sizeOf(shape)) }
}

/** Reads a file's header alone, and how many bytes the file has; the tensors' bytes may be missing. */
export async function readHeader(path: string): Promise<{ header: Header; fileSize: number }> {
  return withFile(path, async (file, size) => ({
    header: await readHeaderOf(file, size, path),
    fileSize: size,
  }))
}

async function readHeaderOf(file: FileHandle, size: number, path: string): Promise<Header> {
  const prefix = new Uint8Array(Math.min(8, size))
  await readExactly(file, prefix, 0, path)
  const json = new Uint8Array(headerLength(prefix, size, path))
  await readExactly(file, json, 8, path)
  return parseHeader(json, path)
}

async function withFile<T>(path: string, use: (file: FileHandle, size: number) => Promise<T>): Promise<T> {
  const name = pathOf(path)
  let file: FileHandle | undefined
  try {
    const opened = await openRegular(name)
    file = opened.file
    return await use(file, opened.size)
  } catch (error) {
    throw ioError(`cannot read ${name}`, error)
  } finally {
    await file?.close()
  }
}

async function readExactly(file: FileHandle, out: Uint8Array, position: number, path: string): Promise<void> {
  for (let done = 0; done < out.length;) {
    const length = Math.min(CHUNK, out.length - done)
    const { bytesRead } = await file.read(out, done, length, position + done)
    if (bytesRead === 0) throw badFile(path, 'it became shorter while it was read')
    done += bytesRead
  }
}
