import { readFile, rm, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { tensorFiles } from '../engine/files.js'
import type { TensorFiles } from '../engine/tensor-files.js'
import { type AsyncOptions, ASYNC_OPTIONS, watch, type Control } from '../async/watch.js'
import { destinationOf, removeDead, replaceFile } from '../files/replace.js'
import { raiseIo } from '../files/io-error.js'
import { now } from '../async/slices.js'
import type { Dtype } from '../engine/law.js'
import { typeError } from '../errors.js'
import { readWork, WORK_OPTIONS, type WorkOptions } from '../random/fill.js'
import { DTYPES } from '../random/output.js'
import { oneOf, pathOf, readOptions } from '../validate.js'
import { fileOf, metadataOf, piecesOf, type TensorFile, wholeOf } from './file.js'
import type { Plan } from './plan.js'
import { bytesOf, encodeIndex, indexPath, type ShardShare, shardPath, shareOf, split } from './shards.js'
import { isFinished, isVerified } from './finished.js'

/** Options of `write`. */
export interface WriteOptions extends WorkOptions, AsyncOptions {
  /** Element type of every tensor. Default: each tensor's own. */
  dtype?: Dtype | undefined
  /** Most bytes of values a file holds, as a number or '5GB'. Default: one file, whatever its size. */
  maxShardSize?: number | string | undefined
  /** Writes only the files whose number modulo `count` is `index`; needs `maxShardSize`. */
  shard?: ShardShare | undefined
  /** Further entries of the files' `__metadata__`. */
  metadata?: Readonly<Record<string, string>> | ReadonlyMap<string, string> | undefined
}

/** A file that a `write` was responsible for. */
export interface WrittenFile {
  path: string
  /** Size of the file. */
  bytes: number
  /** Number of tensors in it. */
  tensors: number
  /** It was complete already, every byte of it compared. */
  skipped: boolean
}

/** What `write` did. */
export interface WriteReport {
  files: WrittenFile[]
  /** Size of those files together. */
  bytes: number
  elapsedMs: number
  /** Where the index of a sharded checkpoint is, when all its files are complete. */
  indexPath?: string
}

const OPTIONS = ['dtype', 'maxShardSize', 'shard', 'metadata', ...WORK_OPTIONS, ...ASYNC_OPTIONS]

/** A file to be written. */
interface Target extends TensorFile {
  readonly path: string
}

/** What decides which files there are, and every byte of them. */
export type FileSetOptions = Pick<WriteOptions, 'dtype' | 'maxShardSize' | 'metadata'>

/** A plan's files, laid out. */
export interface FileSet {
  readonly targets: readonly Target[]
  /** Path of the index, where there are several files. */
  readonly index: string | undefined
}

/** Writes a plan's files; see `Plan.write`. */
export async function writePlan(
  plan: Plan,
  path: unknown,
  given: WriteOptions | undefined,
): Promise<WriteReport> {
  const { shard, ...options } = readOptions(given, OPTIONS)
  const share = shard === undefined ? { index: 0, count: 1 } : shareOf(shard)
  if (shard !== undefined && options['maxShardSize'] === undefined) {
    throw typeError('ERR_INVALID_ARGUMENT', 'shard needs maxShardSize, which says what the files are')
  }
  return writeFiles(fileSetOf(plan, path, options), share, options)
}

/**
 * Lays a plan's files out.
 *
 * @throws `ERR_INVALID_ARGUMENT`, `ERR_INVALID_PATH`
 */
export function fileSetOf(plan: Plan, path: unknown, options: FileSetOptions): FileSet {
  const name = pathOf(path)
  const { dtype, maxShardSize, metadata: extra } = options
  const limit = maxShardSize === undefined ? Infinity : bytesOf(maxShardSize, 'maxShardSize')
  const typed = dtype === undefined ? plan : plan.withDtype(oneOf(dtype, 'dtype', DTYPES))
  const metadata = metadataOf(typed, extra)
  const shards = split(typed.resolved(), limit)
  const targets = shards.map((tensors, i) => ({
    path: shardPath(name, i, shards.length),
    ...fileOf(tensors, metadata),
  }))
  return { targets, index: targets.length > 1 ? indexPath(name) : undefined }
}

/** Writes the files of a share, and the index where all others are complete. */
export async function writeFiles(
  { targets, index }: FileSet,
  share: ShardShare,
  options: Record<string, unknown>,
): Promise<WriteReport> {
  const start = now()
  const { engine, threads } = readWork(options)
  const own = targets.filter((_, i) => i % share.count === share.index)
  const { control, finish } = watch(options, sum(own), 'bytes')
  const writer = new Writer(tensorFiles(engine), threads, control)
  const report: WriteReport = { files: [], bytes: sum(own), elapsedMs: 0 }
  if (own.length > 0) await removeDead(own.map(({ path }) => path))
  for (const target of own) report.files.push(await writer.write(target, index))
  if (index !== undefined && (await areFinished(targets, own))) {
    await writeIndex(index, targets)
    report.indexPath = index
  }
  finish()
  return { ...report, elapsedMs: now() - start }
}

function sum(targets: readonly Target[]): number {
  return targets.reduce((total, { bytes }) => total + bytes, 0)
}

/** Writes files one after another, counting their bytes together. */
class Writer {
  readonly #files: TensorFiles
  readonly #threads: number | undefined
  readonly #control: Control
  #done = 0

  constructor(files: TensorFiles, threads: number | undefined, control: Control) {
    this.#files = files
    this.#threads = threads
    this.#control = control
  }

  /**
   * Writes a file, unless it is one of several and complete already. An index promises that all its files are complete:
   * it is removed before the first one changes.
   */
  async write(target: Target, index: string | undefined): Promise<WrittenFile> {
    const { path, head, tensors, bytes } = target
    const { signal, onStep } = this.#control
    const before = this.#done
    const control: Control = { signal, onStep: onStep && ((n) => onStep(before + n)) }
    const pieces = piecesOf(tensors.map(wholeOf), this.#threads)
    const skipped = index !== undefined && (await isVerified(this.#files, target, pieces, control))
    if (!skipped) {
      if (index !== undefined) await rm(index, { force: true }).catch(raiseIo(`cannot remove ${index}`))
      await this.#files.write({ ...(await destinationOf(path)), head: head.encode() }, pieces, control)
    }
    this.#done += bytes
    this.#control.onStep?.(this.#done)
    return { path, bytes, tensors: tensors.length, skipped }
  }
}

/** Whether the files of the other processes are there; the own ones are. Sizes first: they tell most, and cost least. */
async function areFinished(targets: readonly Target[], own: readonly Target[]): Promise<boolean> {
  const mine = new Set(own)
  const others = targets.filter((target) => !mine.has(target))
  for (const { path, bytes } of others)
    if ((await stat(path).catch(() => undefined))?.size !== bytes) return false
  for (const target of others) if (!(await isFinished(target))) return false
  return true
}

async function writeIndex(path: string, targets: readonly Target[]): Promise<void> {
  const text = encodeIndex(
    targets.map(({ tensors }) => tensors),
    targets.map((target) => basename(target.path)),
  )
  const found = await readFile(path, 'utf8').catch(() => undefined)
  if (found === text) return
  const bytes = new TextEncoder().encode(text)
  await replaceFile(await destinationOf(path), undefined, (write) => write(bytes))
}
