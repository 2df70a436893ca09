import { dirname, join } from 'node:path'
import type { Control } from '../engine/engine.js'
import { tensorFiles, type TensorFiles } from '../engine/files.js'
import { type AsyncOptions, ASYNC_OPTIONS, watch } from '../engine/progress.js'
import { plainError } from '../errors.js'
import { readWork, WORK_OPTIONS, type WorkOptions } from '../random/fill.js'
import { pathOf, readOptions } from '../validate.js'
import { piecesOf } from './file.js'
import { plan, type Plan, type PlanJson } from './plan.js'
import type { Entry, Header } from './safetensors/header.js'
import { readHeader } from './safetensors/read.js'
import { isShardPath } from './shards.js'
import type { ResolvedPlannedTensor } from './tensor.js'
import { readIndex } from './weight-index.js'

/** A tensor that is not what the record says. */
export interface Mismatch {
  name: string
  /** First byte of the tensor's values that differs or is missing; 0 where its name, shape or type is already wrong. */
  offset: number
}

/** What `verify` found. */
export interface VerifyReport {
  /** Whether every byte is what the record says. */
  ok: boolean
  /** Number of tensors compared. */
  tensors: number
  /** Bytes of values compared. */
  bytes: number
  mismatches: Mismatch[]
}

/** Options of `verify`. */
export interface VerifyOptions extends WorkOptions, AsyncOptions {}

/** A file whose header has been read. */
interface OpenFile {
  readonly path: string
  readonly header: Header
  readonly fileSize: number
}

/**
 * Derives every tensor of a checkpoint again, from the record in its own metadata, and compares the bytes. Takes a
 * `.safetensors` file, or the `.index.json` of a sharded one, which checks all of its files. Progress counts bytes.
 *
 * @returns `ok: false` on any difference, with the first differing byte of each tensor
 * @throws `ERR_BAD_FILE` where the header can't be read or holds no record, `ERR_IO`, `ERR_ABORTED`
 */
export async function verify(path: string, options?: VerifyOptions): Promise<VerifyReport> {
  const name = pathOf(path)
  const record = readOptions(options, [...WORK_OPTIONS, ...ASYNC_OPTIONS])
  const { engine, threads } = readWork(record)
  const isIndex = name.endsWith('.json')
  const paths = isIndex ? await shardsOf(name) : new Map([[name, undefined]])
  const files = await Promise.all([...paths.keys()].map(openFile))
  const recorded = recordOf(files[0] as OpenFile)
  const total = files.reduce((sum, { header }) => sum + (header.entries.at(-1)?.end ?? 0), 0)
  const { control, finish } = watch(record, total, 'bytes')
  const checker = new Checker(recorded, tensorFiles(engine), threads, control)
  for (const file of files) await checker.check(file, paths.get(file.path))
  if (isIndex || !isShardPath(name)) checker.requireAll()
  finish()
  return checker.report()
}

/** Paths of an index's files with the tensors that it says are in them. */
async function shardsOf(path: string): Promise<Map<string, ReadonlySet<string> | undefined>> {
  const byFile = new Map<string, Set<string>>()
  for (const [tensor, file] of await readIndex(path)) {
    const full = join(dirname(path), file)
    byFile.set(full, (byFile.get(full) ?? new Set()).add(tensor))
  }
  if (byFile.size === 0) throw plainError('ERR_BAD_FILE', `${path} names no files`)
  return byFile
}

async function openFile(path: string): Promise<OpenFile> {
  return { path, ...(await readHeader(path)) }
}

function recordOf({ path, header }: OpenFile): Plan {
  const text = Object.hasOwn(header.metadata, 'plan') ? header.metadata['plan'] : undefined
  if (text === undefined)
    throw plainError('ERR_BAD_FILE', `${path} has no record of the plan that it was made from`)
  try {
    return plan(JSON.parse(text) as PlanJson)
  } catch (error) {
    const { code, message } = error as { code?: unknown; message: string }
    if (code === 'ERR_UNKNOWN_INITIALIZER') throw error
    throw plainError('ERR_BAD_FILE', `${path} has a record that is no plan: ${message}`, { cause: error })
  }
}

/** Compares files with the plan that they were made from. */
class Checker {
  readonly #expected: ReadonlyMap<string, ResolvedPlannedTensor>
  readonly #missing: Set<string>
  readonly #mismatches: Mismatch[] = []
  readonly #files: TensorFiles
  readonly #threads: number | undefined
  readonly #control: Control
  #bytes = 0
  #tensors = 0

  constructor(recorded: Plan, files: TensorFiles, threads: number | undefined, control: Control) {
    this.#expected = new Map(recorded.resolved().map((tensor) => [tensor.name, tensor]))
    this.#missing = new Set(this.#expected.keys())
    this.#files = files
    this.#threads = threads
    this.#control = control
  }

  /** Checks a file: it holds the tensors `names` where they are given, and each is what the plan says. */
  async check({ path, header, fileSize }: OpenFile, names: ReadonlySet<string> | undefined): Promise<void> {
    const { entries, dataStart } = header
    const present = new Set(entries.map(({ name }) => name))
    for (const name of names ?? []) if (!present.has(name)) this.#differs(name)
    for (const run of this.#runs(entries, names)) {
      const position = dataStart + (run[0]?.start ?? 0)
      const tensors = run.map(({ name }) => this.#expected.get(name) as ResolvedPlannedTensor)
      const { signal, onStep } = this.#control
      const before = this.#bytes
      const found = await this.#files.verify(path, position, piecesOf(tensors, this.#threads), {
        signal,
        onStep: onStep && ((n) => onStep(before + n)),
      })
      for (const [i, { name, byteLength }] of tensors.entries()) {
        if ((found[i] as number) >= 0) this.#differs(name, found[i])
        this.#bytes += byteLength
        this.#tensors++
      }
    }
    this.#requireEnd(fileSize - dataStart, entries.at(-1))
  }

  /** Neighbouring entries that can be compared; the others are mismatches already. */
  #runs(entries: readonly Entry[], names: ReadonlySet<string> | undefined): Entry[][] {
    const runs: Entry[][] = [[]]
    for (const entry of entries) {
      const tensor = this.#expected.get(entry.name)
      const expected =
        tensor !== undefined && this.#missing.delete(entry.name) && (names?.has(entry.name) ?? true)
      if (expected && tensor.dtype === entry.dtype && sameShape(tensor.shape, entry.shape)) {
        runs.at(-1)?.push(entry)
      } else {
        this.#differs(entry.name)
        runs.push([])
      }
    }
    return runs.filter((run) => run.length > 0)
  }

  /** Bytes that follow the last tensor belong to nothing. */
  #requireEnd(dataBytes: number, last: Entry | undefined): void {
    if (dataBytes > (last?.end ?? 0))
      this.#differs(last?.name ?? '', last === undefined ? 0 : last.end - last.start)
  }

  #differs(name: string, offset = 0): void {
    this.#mismatches.push({ name, offset })
  }

  /** Tensors of the plan that no file has are mismatches too. */
  requireAll(): void {
    for (const name of this.#missing) this.#differs(name)
  }

  report(): VerifyReport {
    const mismatches = this.#mismatches
    return { ok: mismatches.length === 0, tensors: this.#tensors, bytes: this.#bytes, mismatches }
  }
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}
