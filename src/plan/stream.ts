import type { Dtype } from '../engine/law.js'
import { type AsyncOptions, ASYNC_OPTIONS, signalOf, watch } from '../async/watch.js'
import { pickEngine } from '../engine/select.js'
import { tiles } from '../engine/tiles.js'
import { readWork, WORK_OPTIONS, type WorkOptions } from '../random/fill.js'
import { DTYPES } from '../random/output.js'
import { oneOf, readOptions } from '../validate.js'
import { fileOf, metadataOf, piecesOf, type TensorFile, wholeOf } from './file.js'
import { stopsWithReader } from './leaving.js'
import type { Plan } from './plan.js'

/** Options of a file's bytes. */
export interface FileOptions extends WorkOptions {
  /** Element type of every tensor. Default: each tensor's own. */
  dtype?: Dtype | undefined
  /** Further entries of the file's `__metadata__`. */
  metadata?: Readonly<Record<string, string>> | ReadonlyMap<string, string> | undefined
}

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
  yield head.encode()
  const pieces = piecesOf(tensors.map(wholeOf), threads)
  for await (const tile of tiles(pickEngine(engine, Infinity), pieces, head.length, control)) yield tile.bytes
  finish()
}
