import type { Control } from '../async/watch.js'
import type { TensorFiles } from '../engine/tensor-files.js'
import { isWhole } from '../engine/whole.js'
import { type Part, piecesOf, wholeOf } from './file.js'
import type { Plan } from './plan.js'
import type { Entry, Header } from './safetensors/header.js'
import { type Sample, sampled } from './sample.js'
import { DTYPE_BYTES, type ResolvedPlannedTensor } from './tensor.js'

/** A tensor that is not what the record says. */
export interface Mismatch {
  name: string
  /** First byte of the tensor's values that differs or is missing; 0 where its name, shape or type is already wrong. */
  offset: number
}

/** A file whose header has been read. */
export interface OpenFile {
  readonly path: string
  readonly header: Header
  readonly fileSize: number
}

/** Bytes of a file to be compared: parts of tensors, one after another from `position` on. */
interface Stretch {
  readonly path: string
  readonly position: number
  readonly parts: readonly Part[]
}

/** Compares files with the plan that they were made from. */
export class Checker {
  readonly #expected: ReadonlyMap<string, ResolvedPlannedTensor>
  readonly #missing: Set<string>
  readonly #mismatches = new Map<string, number>()
  readonly #sample: Sample | undefined
  readonly #stretches: Stretch[] = []
  #tensors = 0

  constructor(recorded: Plan, sample: Sample | undefined) {
    this.#expected = new Map(recorded.resolved().map((tensor) => [tensor.name, tensor]))
    this.#missing = new Set(this.#expected.keys())
    this.#sample = sample
  }

  /** Bytes to be compared. */
  get total(): number {
    return this.#stretches
      .flatMap(({ parts }) => parts.map(byteLengthOf))
      .reduce((sum, bytes) => sum + bytes, 0)
  }

  /** Looks at a file's header: it holds the tensors `names` where they are given, each as the plan has it. */
  open({ path, header, fileSize }: OpenFile, names: ReadonlySet<string> | undefined): void {
    const { entries, dataStart } = header
    const present = new Set(entries.map(({ name }) => name))
    for (const name of names ?? []) if (!present.has(name)) this.#differs(name)
    const dataBytes = fileSize - dataStart
    for (const run of this.#runs(entries, names)) {
      this.#tensors += run.length
      this.#stretches.push(...this.#stretchesOf(path, dataStart, run, dataBytes))
    }
    this.#requireEnd(dataBytes, entries.at(-1))
    for (const { name, start, end } of entries)
      if (end > start && end > dataBytes) this.#differs(name, Math.max(0, dataBytes - start))
  }

  /** All of a run of tensors at once, or the sampled parts one by one. */
  #stretchesOf(path: string, dataStart: number, run: readonly Entry[], dataBytes: number): Stretch[] {
    const tensor = ({ name }: Entry) => this.#expected.get(name) as ResolvedPlannedTensor
    const sample = this.#sample
    if (sample === undefined) {
      const position = dataStart + (run[0]?.start ?? 0)
      return [{ path, position, parts: run.map((entry) => headOf(tensor(entry), dataBytes - entry.start)) }]
    }
    const complete = run.filter(({ end }) => end <= dataBytes)
    return complete.flatMap((entry) =>
      sampled(tensor(entry), sample).map((part) => ({
        path,
        position: dataStart + entry.start + part.first * DTYPE_BYTES[part.tensor.dtype],
        parts: [part],
      })),
    )
  }

  /** Makes the values again and compares them with the files' bytes. */
  async compare(files: TensorFiles, threads: number | undefined, { signal, onStep }: Control): Promise<void> {
    let done = 0
    for (const { path, position, parts } of this.#stretches) {
      const before = done
      const control = { signal, onStep: onStep && ((n: number) => onStep(before + n)) }
      const found = await files.verify(path, position, piecesOf(parts, threads), control)
      for (const [i, part] of parts.entries()) {
        const { tensor, first } = part
        const offset = found[i] as number
        if (offset >= 0) this.#differs(tensor.name, first * DTYPE_BYTES[tensor.dtype] + offset)
        done += byteLengthOf(part)
      }
    }
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
    this.#mismatches.set(name, Math.min(offset, this.#mismatches.get(name) ?? offset))
  }

  /** Tensors of the plan that no file has are mismatches too. */
  requireAll(): void {
    for (const name of this.#missing) this.#differs(name)
  }

  report(): { ok: boolean; tensors: number; bytes: number; mismatches: Mismatch[] } {
    const mismatches = [...this.#mismatches].map(([name, offset]) => ({ name, offset }))
    return { ok: mismatches.length === 0, tensors: this.#tensors, bytes: this.total, mismatches }
  }
}

/**
 * What of a tensor is in a file that may end early. A header promises what no machine could make: only laws that are
 * made element by element are looked at then.
 */
function headOf(tensor: ResolvedPlannedTensor, bytes: number): Part {
  const there = Math.max(0, Math.floor(bytes / DTYPE_BYTES[tensor.dtype]))
  if (there >= tensor.size) return wholeOf(tensor)
  return { tensor, first: 0, elements: isWhole(tensor.law) ? 0 : there }
}

function byteLengthOf({ tensor, elements }: Part): number {
  return elements * DTYPE_BYTES[tensor.dtype]
}

function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis])
}
