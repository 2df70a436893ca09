import { readFile, rm } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Control } from '../engine/engine.js'
import { tensorFiles } from '../engine/files.js'
import type { TensorFiles } from '../engine/tensor-files.js'
import { type AsyncOptions, ASYNC_OPTIONS, watch } from '../engine/progress.js'
import { destinationOf, ioError, replaceFile } from '../engine/replace.js'
import { now } from '../engine/slices.js'
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
  metadata?: Readonly<Record<string, string>> | undefined
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

/** Writes a plan's files; see `Plan.write`. */
export async function writePlan(
  plan: Plan,
  path: unknown,
  given: WriteOptions | undefined,
): Promise<WriteReport> {
  const start = now()
  const name = pathOf(path)
  const options = readOptions(given, OPTIONS)
  const { engine, threads } = readWork(options)
  const limit =
    options['maxShardSize'] === undefined ? undefined : bytesOf(options['maxShardSize'], 'maxShardSize')
  const share = options['shard'] === undefined ? { index: 0, count: 1 } : shareOf(options['shard'])
  if (options['shard'] !== undefined && limit === undefined) {
    throw typeError('ERR_INVALID_ARGUMENT', 'shard needs maxShardSize, which says what the files are')
  }
  const typed =
    options['dtype'] === undefined ? plan : plan.withDtype(oneOf(options['dtype'], 'dtype', DTYPES))
  const targets = targetsOf(typed, name, limit, options['metadata'])
  const own = targets.filter((_, i) => i % share.count === share.index)
  const { control, finish } = watch(options, sum(own), 'bytes')
  const writer = new Writer(tensorFiles(engine), threads, control)
  const report: WriteReport = { files: [], bytes: sum(own), elapsedMs: 0 }
  const index = targets.length > 1 ? indexPath(name) : undefined
  for (const target of own) report.files.push(await writer.write(target, index))
  if (index !== undefined && (await areFinished(targets, own))) {
    await writeIndex(index, targets)
    report.indexPath = index
  }
  finish()
  return { ...report, elapsedMs: now() - start }
}

function targetsOf(plan: Plan, path: string, limit: number | undefined, extra: unknown): Target[] {
  const metadata = metadataOf(plan, extra)
  const shards = split(plan.resolved(), limit ?? Infinity)
  return shards.map((tensors, i) => ({
    path: shardPath(path, i, shards.length),
    ...fileOf(tensors, metadata),
  }))
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
      if (index !== undefined) await rm(index, { force: true }).catch(raise(`cannot remove ${index}`))
      await this.#files.write({ ...(await destinationOf(path)), head }, pieces, control)
    }
    this.#done += bytes
    this.#control.onStep?.(this.#done)
    return { path, bytes, tensors: tensors.length, skipped }
  }
}

/** Whether the files of the other processes are there; the own ones are. */
async function areFinished(targets: readonly Target[], own: readonly Target[]): Promise<boolean> {
  for (const target of targets) if (!own.includes(target) && !(await isFinished(target))) return false
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

function raise(what: string): (error: unknown) => never {
  return (error) => {
    throw ioError(what, error)
  }
}
