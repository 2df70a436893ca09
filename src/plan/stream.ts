import type { Dtype, View } from '../engine/law.js'
import { type AsyncOptions, ASYNC_OPTIONS, signalOf, watch } from '../engine/progress.js'
import { pickEngine } from '../engine/select.js'
import { isWhole } from '../engine/whole.js'
import { readWork, WORK_OPTIONS, type WorkOptions } from '../random/fill.js'
import { DTYPES, newOutput } from '../random/output.js'
import { oneOf, readOptions } from '../validate.js'
import { fileOf, metadataOf, type TensorFile } from './file.js'
import { jobOf } from './job.js'
import { stopsWithReader } from './leaving.js'
import type { Plan } from './plan.js'
import { DTYPE_BYTES } from './tensor.js'

/** Options of a file's bytes. */
export interface FileOptions extends WorkOptions {
  /** Element type of every tensor. Default: each tensor's own. */
  dtype?: Dtype | undefined
  /** Further entries of the file's `__metadata__`. */
  metadata?: Readonly<Record<string, string>> | undefined
}

/** Bytes made at a time. */
const TILE = 4 << 20

/** The bytes of a plan's file; see `Plan.bytes`. */
export function encodedFile(
  plan: Plan,
  given: (FileOptions & AsyncOptions) | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const options = readOptions(given, ['dtype', 'metadata', ...WORK_OPTIONS, ...ASYNC_OPTIONS])
  const work = readWork(options)
  const typed =
    options['dtype'] === undefined ? plan : plan.withDtype(oneOf(options['dtype'], 'dtype', DTYPES))
  const file = fileOf(typed.resolved(), metadataOf(typed, options['metadata']))
  return stopsWithReader(signalOf(options), (signal) => tilesOf(file, work, { ...options, signal }))
}

async function* tilesOf(
  { head, tensors, bytes }: TensorFile,
  { engine, threads }: ReturnType<typeof readWork>,
  options: Record<string, unknown>,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { control, finish } = watch(options, bytes, 'bytes')
  yield head
  let done = head.length
  for (const tensor of tensors) {
    const { law, dtype, size } = tensor
    const step = isWhole(law) ? Math.max(1, size) : TILE / DTYPE_BYTES[dtype]
    for (let offset = 0; offset < size; offset += step) {
      const { view } = newOutput(Math.min(step, size - offset), dtype)
      await pickEngine(engine, view.length, view).fillAsync({ ...jobOf(tensor, threads), offset }, view, {
        signal: control.signal,
      })
      done += view.byteLength
      control.onStep?.(done)
      yield asBytes(view)
    }
  }
  finish()
}

function asBytes(view: View): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}
