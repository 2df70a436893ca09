import type { FileHandle } from 'node:fs/promises'
import { ASYNC_OPTIONS, type AsyncOptions, watch } from '../../async/watch.js'
import { readExactly, withRegular } from '../../files/read-bytes.js'
import { allocate, pathOf, readOptions, sizeOf } from '../../validate.js'
import { type FileDtype, type TensorData, viewOf } from './dtypes.js'
import { badFile, type Entry, type Header, headerLength, parseHeader } from './header.js'

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
 * BF16 come as their bit patterns in a Uint16Array. Progress counts bytes.
 *
 * @throws `ERR_BAD_FILE` naming the fault, `ERR_IO`, `ERR_OUT_OF_MEMORY`, `ERR_ABORTED`
 */
export async function readSafetensors(path: string, options?: AsyncOptions): Promise<Safetensors> {
  const { control, expect, finish } = watch(readOptions(options, ASYNC_OPTIONS), 0, 'bytes')
  return withRegular(pathOf(path), async (file, size) => {
    const header = await readHeaderOf(file, size, path)
    const last = header.entries.at(-1)
    const bytes = last?.end ?? 0
    if (header.dataStart + bytes !== size) {
      const relation =
        header.dataStart + bytes > size ? 'it is truncated' : 'it has more bytes than its header tells'
      throw badFile(path, `${relation}: ${header.dataStart + bytes} bytes expected, ${size} found`)
    }
    const buffer = allocate(`the ${bytes} bytes of ${path}`, () => new ArrayBuffer(bytes))
    expect(bytes)
    await readExactly(file, new Uint8Array(buffer), header.dataStart, path, control)
    finish()
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
  return withRegular(pathOf(path), async (file, size) => ({
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
