import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ASYNC_OPTIONS, watch, type AsyncOptions } from '../engine/progress.js'
import { now } from '../engine/slices.js'
import { plainError, wrongType } from '../errors.js'
import type { Json } from '../initializers/types.js'
import { Plan, plan as planOf, type PlanSpec, type WriteOptions, type WriteReport } from '../plan/index.js'
import { bytesOf, split } from '../plan/shards.js'
import { DTYPES } from '../random/output.js'
import { oneOf, pathOf, readOptions } from '../validate.js'
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
  readonly plan: PlanSpec
  readonly path: string
  readonly count: number
  readonly options: Pick<WriteOptions, 'dtype' | 'metadata' | 'maxShardSize'>
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
  const files = { maxShardSize, dtype, metadata }
  const shared: Shared = {
    plan: plan.toJSON() as unknown as PlanSpec,
    path: resolve(pathOf(path)),
    count: countFiles(plan, files),
    options: files,
  }
  const watched = watch(read, shared.count, 'files')
  const { signal, onStep } = watched.control
  const reports = await runner.run(batchOf(shared), { signal, onDone: onStep })
  const report = merge(
    reports.filter((each) => each !== undefined) as unknown as WriteReport[],
    now() - start,
  )
  await checkFiles(report)
  watched.finish()
  return report
}

function countFiles(plan: Plan, { dtype, maxShardSize }: Shared['options']): number {
  const typed = dtype === undefined ? plan : plan.withDtype(oneOf(dtype, 'dtype', DTYPES))
  return split(typed.resolved(), bytesOf(maxShardSize, 'maxShardSize')).length
}

function batchOf(shared: Shared): Batch<Json> {
  const json = JSON.parse(JSON.stringify(shared)) as Json
  const items = Array.from({ length: shared.count }, (_, index) => index)
  return {
    kind: SHARDS,
    shared: json,
    items,
    leavesFiles: true,
    run: (index, control) => writeShard(json, index, control),
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

/** Does one job of `writeShards`. */
export async function writeShard(
  shared: Json,
  index: Json,
  { signal, onProgress }: JobControl,
): Promise<Json> {
  const { plan, path, count, options } = shared as unknown as Shared
  const shard = { index: index as number, count }
  return (await planOf(plan).write(path, { ...options, shard, signal, onProgress })) as unknown as Json
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
