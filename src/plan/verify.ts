import { dirname, join } from 'node:path'
import { tensorFiles } from '../engine/files.js'
import { type AsyncOptions, ASYNC_OPTIONS, watch } from '../async/watch.js'
import { badFile, plainError, rangeError, show, typeError } from '../errors.js'
import { readWork, WORK_OPTIONS, type WorkOptions } from '../random/fill.js'
import { entropySeed } from '../random/seed.js'
import { pathOf, positive, readOptions, type Seed, seedOf } from '../validate.js'
import { Checker, type Mismatch, type OpenFile } from './checker.js'
import type { Plan } from './plan.js'
import { recordedPlan, recordOf } from './recorded.js'
import { readHeader } from './safetensors/read.js'
import type { Sample } from './sample.js'
import { isShardPath } from './shards.js'
import { readIndex } from './weight-index.js'

/** What `verify` found. */
export interface VerifyReport {
  /** Whether every byte that was looked at is what the record says. */
  ok: boolean
  /** Number of tensors compared. */
  tensors: number
  /** Bytes of values compared. */
  bytes: number
  mismatches: Mismatch[]
  /** Of a sample: the seed that looks at the same bytes again, in decimal. */
  seed?: string
}

/** Options of `verify`. */
export interface VerifyOptions extends WorkOptions, AsyncOptions {
  /**
   * Share of the values to look at, from above 0 to 1: a random sample of tiles, at least one of every tensor. Names,
   * shapes, types and sizes are always checked. Default: every byte.
   */
  sample?: number | undefined
  /** Decides which tiles a sample has. Default: 64 random bits from the system. */
  seed?: Seed | undefined
}

/**
 * Derives the tensors of a checkpoint again, from the record in its own metadata, and compares the bytes. Takes a
 * `.safetensors` file, or the `.index.json` of a sharded one, which checks all of its files. Progress counts bytes.
 *
 * @returns `ok: false` on any difference, with the first differing byte of each tensor
 * @throws `ERR_BAD_FILE` where the header can't be read or holds no record, `ERR_IO`, `ERR_ABORTED`,
 * `ERR_INVALID_ARGUMENT`, `ERR_INVALID_SEED`
 */
export async function verify(path: string, options?: VerifyOptions): Promise<VerifyReport> {
  const name = pathOf(path)
  const record = readOptions(options, ['sample', 'seed', ...WORK_OPTIONS, ...ASYNC_OPTIONS])
  const { engine, threads } = readWork(record)
  const sample = readSample(record)
  const isIndex = name.endsWith('.json')
  const paths = isIndex ? await shardsOf(name) : new Map([[name, undefined]])
  let checker: Checker | undefined
  // One after another: all at once would need as many open files, and the record that is in each.
  for (const [path, names] of paths) {
    const file = { path, ...(await readHeader(path)) }
    checker ??= new Checker(planOf(file), sample)
    checker.open(file, names)
  }
  if (checker === undefined) throw badFile(name, 'it names no file')
  if (isIndex || !isShardPath(name)) checker.requireAll()
  const { control, finish } = watch(record, checker.total, 'bytes')
  await checker.compare(tensorFiles(engine), threads, control)
  finish()
  return { ...checker.report(), ...(sample === undefined ? {} : { seed: String(sample.seed) }) }
}

function readSample({ sample, seed }: Record<string, unknown>): Sample | undefined {
  if (sample === undefined) {
    if (seed === undefined) return undefined
    throw typeError('ERR_INVALID_ARGUMENT', `seed decides on a sample, and there is none: got ${show(seed)}`)
  }
  const share = positive(sample, 'sample')
  if (share > 1) throw rangeError('ERR_INVALID_ARGUMENT', `sample must be at most 1, got ${share}`)
  return { share, seed: seed === undefined ? entropySeed() : seedOf(seed) }
}

/** Paths of an index's files with the tensors that it says are in them. */
async function shardsOf(path: string): Promise<Map<string, ReadonlySet<string> | undefined>> {
  const byFile = new Map<string, Set<string>>()
  for (const [tensor, file] of await readIndex(path)) {
    const full = join(dirname(path), file)
    byFile.set(full, (byFile.get(full) ?? new Set()).add(tensor))
  }
  return byFile
}

function planOf({ path, header }: OpenFile): Plan {
  const text = recordOf(header)
  if (text === undefined)
    throw plainError('ERR_BAD_FILE', `${path} has no record of the plan that it was made from`)
  try {
    return recordedPlan(text)
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string }
    if (code === 'ERR_UNKNOWN_INITIALIZER') throw error
    throw plainError('ERR_BAD_FILE', `${path} has a record that is no plan: ${message}`, { cause: error })
  }
}
