import type { AsyncOptions, Control } from '../async/watch.js'
import { destinationOf, replaceFile } from '../files/replace.js'
import { badFile } from '../errors.js'
import { encodeMetadata, headOf, placed } from '../plan/safetensors/header.js'
import { readSafetensors } from '../plan/safetensors/read.js'
import { pathOf } from '../validate.js'

/** An F32 tensor by its name. */
export interface NamedTensor {
  readonly name: string
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** What a file of F32 tensors holds. */
export interface TensorFile {
  readonly tensors: Map<string, Float32Array>
  readonly shapes: Map<string, readonly number[]>
  readonly metadata: Readonly<Record<string, string>>
}

/**
 * Writes F32 tensors as one safetensors file, under a temporary name first: the file is whole or not there.
 *
 * @throws `ERR_INVALID_PATH`, `ERR_IO`, `ERR_ABORTED`
 */
export async function writeTensors(
  path: string,
  tensors: readonly NamedTensor[],
  metadata: Readonly<Record<string, string>>,
  { signal, onStep }: Control = {},
): Promise<void> {
  const name = pathOf(path)
  const entries = placed(
    tensors.map(({ name: tensor, shape }) => ({ name: tensor, dtype: 'F32' as const, shape })),
  )
  const head = headOf(entries, encodeMetadata({ format: 'pt', ...metadata }))
  let done = 0
  await replaceFile(await destinationOf(name), signal, async (write) => {
    await write(head.encode())
    for (const { data } of tensors) {
      await write(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      done += data.byteLength
      onStep?.(done)
    }
  })
}

/**
 * Reads a file that `writeTensors` wrote.
 *
 * @throws `ERR_BAD_FILE` where a tensor is not F32, `ERR_IO`, `ERR_ABORTED`
 */
export async function readTensors(path: string, options?: AsyncOptions): Promise<TensorFile> {
  const { tensors, metadata } = await readSafetensors(path, options)
  const arrays = new Map<string, Float32Array>()
  const shapes = new Map(Array.from(tensors, ([name, { shape }]) => [name, shape]))
  for (const [name, { data, dtype }] of tensors) {
    if (!(data instanceof Float32Array))
      throw badFile(path, `tensor ${JSON.stringify(name)} is ${dtype}, not F32`)
    arrays.set(name, data)
  }
  return { tensors: arrays, shapes, metadata }
}

/** A JSON document of a file's metadata. */
export function readJson(
  path: string,
  metadata: TensorFile['metadata'],
  key: string,
): Record<string, unknown> {
  const text = Object.hasOwn(metadata, key) ? metadata[key] : undefined
  if (text === undefined) throw badFile(path, `its metadata has no ${JSON.stringify(key)}`)
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>
  } catch (error) {
    throw badFile(path, `its ${JSON.stringify(key)} is not JSON`, error)
  }
  throw badFile(path, `its ${JSON.stringify(key)} is not a JSON object`)
}
