import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ASYNC_OPTIONS, watch, type AsyncOptions } from '../async/watch.js'
import { now } from '../async/slices.js'
import { plainError, wrongType } from '../errors.js'
import type { Json } from '../initializers/types.js'
import { Plan, type WriteOptions, type WriteReport } from '../plan/index.js'
import { recordText } from '../plan/record.js'
import { recordedPlan } from '../plan/recorded.js'
import { bytesOf } from '../plan/shards.js'
import { readMetadata } from '../plan/safetensors/metadata.js'
import { type FileSet, type FileSetOptions, fileSetOf, writeFiles } from '../plan/write.js'
import { pathOf, readOptions } from '../validate.js'
import type { Batch, JobControl, Runner } from './batch.js'
import { localRunner } from './local.js'

/** Options of `writeShards`. */
export interface WriteShardsOptions extends Pick<WriteOptions, 'dtype' | 'metadata'>, AsyncOptions {
  /** Most bytes of values that a file holds, as a number or '5GB'. */
  maxShardSize: number | string
  /** Who writes the files; default: this process, one after another. */
  runner?: Runner | undefined
}

/** Kind of the jobs. */
export const SHARDS = 'symbreak.shards'

/** What the jobs of a batch have in common: enough for any process that sees the same folder. */
interface Shared {
  /** As text: JSON written by others would lose the sign of a negative zero. */
  readonly plan: string
  readonly path: string
  readonly count: number
  readonly options: FileSetOptions
}

/**
 * Writes a plan as a sharded checkpoint, one job for each file: the bytes and names are those of
 * `plan.write(path, { maxShardSize })`, whoever writes them. All processes must see the same folder.
 *
 * A job that is done again finds its file complete and only compares it. Progress counts files.
 *
 * @returns the report of all files, or of those that the runner's other processes have done so far
 * @throws as `plan.write`, and what the runner throws
 */
export async function writeShards(
  plan: Plan,
  path: string,
  options: WriteShardsOptions,
): Promise<WriteReport> {
  const start = now()
  const read = readOptions(options, ['maxShardSize', 'dtype', 'metadata', 'runner', ...ASYNC_OPTIONS])
  if (!(plan instanceof Plan)) throw wrongType('plan', 'a Plan', plan)
  const { maxShardSize, dtype, metadata, runner = localRunner() } = read as unknown as WriteShardsOptions
  const full = resolve(pathOf(path))
  bytesOf(maxShardSize, 'maxShardSize')
  const files = fileSetOf(plan, full, { maxShardSize, dtype, metadata })
  const shared: Shared = {
    plan: recordText(plan),
    path: full,
    count: files.targets.length,
    options: { maxShardSize, dtype, metadata: readMetadata(metadata, []) },
  }
  const watched = watch(read, shared.count, 'files')
  const { signal, onStep } = watched.control
  const reports = await runner.run(batchOf(shared, files), { signal, onDone: onStep })
  const report = merge(
    reports.filter((each) => each !== undefined) as unknown as WriteReport[],
    now() - start,
  )
  await checkFiles(report)
  watched.finish()
  return report
}

function batchOf(shared: Shared, files: FileSet): Batch<Json> {
  return {
    kind: SHARDS,
    shared: JSON.parse(JSON.stringify(shared)) as Json,
    items: files.targets.map((_, index) => index),
    leavesFiles: true,
    run: (index, control) => writeShard(files, index, control),
  }
}

/** A queue may remember a job whose file has been removed since, or was written to a folder of another machine. */
async function checkFiles({ files }: WriteReport): Promise<void> {
  for (const { path, bytes } of files) {
    const found = await stat(path).catch(() => undefined)
    if (found?.size === bytes) continue
    const there = found === undefined ? 'is not there' : `has ${found.size} bytes`
    throw plainError('ERR_IO', `${path} was reported as written with ${bytes} bytes, but ${there}`)
  }
}

/** Does jobs of `writeShards` in another process; the plan of a batch is laid out once for all that come one after another. */
export function shardHandler(): (shared: Json, index: Json, control: JobControl) => Promise<Json> {
  let known: { text: string; files: FileSet } | undefined
  return async (shared, index, control) => {
    const text = JSON.stringify(shared)
    if (text !== known?.text) {
      const { plan, path, options } = shared as unknown as Shared
      known = { text, files: fileSetOf(recordedPlan(plan), path, options) }
    }
    return writeShard(known.files, index as number, control)
  }
}

async function writeShard(files: FileSet, index: number, { signal, onProgress }: JobControl): Promise<Json> {
  const share = { index, count: files.targets.length }
  return (await writeFiles(files, share, { signal, onProgress })) as unknown as Json
}

function merge(reports: readonly WriteReport[], elapsedMs: number): WriteReport {
  const files = reports.flatMap((report) => report.files)
  const indexPath = reports.find((report) => report.indexPath !== undefined)?.indexPath
  return {
    files,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    elapsedMs,
    ...(indexPath === undefined ? {} : { indexPath }),
  }
}
