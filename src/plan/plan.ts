import { ASYNC_OPTIONS, type AsyncOptions, signalOf, watch } from '../async/watch.js'
import type { Layout } from '../initializers/layouts.js'
import type { InitializerConfig } from '../initializers/types.js'
import { type Dtype, DTYPES, type FloatArray } from '../random/output.js'
import { readWork, WORK_OPTIONS, type WorkOptions } from '../random/fill.js'
import type { TypedArray } from '../random/shuffle.js'
import { oneOf, readOptions } from '../validate.js'
import { fillAll, fillAllAsync, fillGiven, fillGivenAsync, fillOf, type PlannedFill } from './fill.js'
import { stopsWithReader } from './leaving.js'
import { checkArrays, type PlanArray, slabOf } from './memory.js'
import { type PlanSpec, readSpec, type ReadPlan } from './spec.js'
import { type PlannedTensor, resolveTensor, type ResolvedPlannedTensor } from './tensor.js'
import { encodedFile, type FileOptions } from './stream.js'
import { writePlan, type WriteOptions, type WriteReport } from './write.js'

/** A plan as JSON; `plan` makes the same plan of it. */
export interface PlanJson {
  /** In decimal. */
  seed: string
  tensors: { name: string; shape: number[]; dtype: Dtype; init: InitializerConfig; layout?: Layout }[]
  layout?: Layout
}

/** One tensor's values. */
export interface TensorValues {
  name: string
  shape: number[]
  dtype: Dtype
  /** In C order. */
  data: PlanArray
}

/** A checked list of tensors whose every value is decided. Making them, in part or whole, anywhere, gives the same bits. */
export class Plan {
  readonly #read: ReadPlan

  /** @internal Use `plan`; this takes what has been checked. */
  constructor(read: ReadPlan) {
    this.#read = read
  }

  /** The seed of every tensor whose initializer has none of its own. */
  get seed(): bigint {
    return this.#read.seed
  }

  /** How shapes are read where no tensor, rule or initializer says it. */
  get layout(): Layout | undefined {
    return this.#read.layout
  }

  /** The tensors, in order. */
  get tensors(): readonly PlannedTensor[] {
    return this.#read.tensors
  }

  /** Bytes of all tensors' values. */
  get byteLength(): number {
    return this.tensors.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** Number of values of all tensors. */
  get size(): number {
    return this.tensors.reduce((sum, { size }) => sum + size, 0)
  }

  /** The plan with the resolved initializer of each tensor; `plan` reads it back. */
  toJSON(): PlanJson {
    const { seed, layout } = this.#read
    return {
      seed: String(seed),
      tensors: this.tensors.map(({ name, shape, dtype, init, layout: own }) => ({
        name,
        shape: [...shape],
        dtype,
        init: init.toJSON(),
        ...(own === undefined ? {} : { layout: own }),
      })),
      ...(layout === undefined ? {} : { layout }),
    }
  }

  /**
   * The same tensors with all their values in one element type.
   *
   * @throws `ERR_INVALID_ARGUMENT`
   */
  withDtype(dtype: Dtype): Plan {
    const read = this.#read
    oneOf(dtype, 'dtype', DTYPES)
    return new Plan({
      ...read,
      tensors: read.tensors.map((tensor) => resolveTensor({ ...tensor, dtype }, read)),
    })
  }

  /**
   * Makes all tensors, as views of one buffer.
   *
   * @throws `ERR_OUT_OF_MEMORY`
   */
  create(options?: WorkOptions): Map<string, PlanArray> {
    const work = readWork(readOptions(options, WORK_OPTIONS))
    const arrays = slabOf(this.tensors)
    fillAll(this.#fills([...arrays.values()], work))
    return arrays
  }

  /** As `create`, without blocking the event loop; progress counts elements. */
  async createAsync(options?: WorkOptions & AsyncOptions): Promise<Map<string, PlanArray>> {
    const record = readOptions(options, [...WORK_OPTIONS, ...ASYNC_OPTIONS])
    const work = readWork(record)
    const { control, finish } = watch(record, this.size, 'elements')
    const arrays = slabOf(this.tensors)
    await fillAllAsync(this.#fills([...arrays.values()], work), control)
    finish()
    return arrays
  }

  /**
   * Fills the caller's arrays, one for each tensor, of its type and length. They may be parts of a pooled buffer.
   *
   * @throws `ERR_INVALID_ARGUMENT`, `ERR_LENGTH_MISMATCH`, `ERR_OVERLAPPING_VIEWS`, `ERR_SHARED_MEMORY`; no array is
   * changed then
   */
  fill<M extends ReadonlyMap<string, FloatArray | TypedArray>>(arrays: M, options?: WorkOptions): M {
    const work = readWork(readOptions(options, WORK_OPTIONS))
    const fills = this.#fills(checkArrays(this.tensors, arrays), work)
    fillGiven(fills)
    return arrays
  }

  /** As `fill`, without blocking the event loop. The arrays must stay as they are until it is done. */
  async fillAsync<M extends ReadonlyMap<string, FloatArray | TypedArray>>(
    arrays: M,
    options?: WorkOptions & AsyncOptions,
  ): Promise<M> {
    const record = readOptions(options, [...WORK_OPTIONS, ...ASYNC_OPTIONS])
    const fills = this.#fills(checkArrays(this.tensors, arrays), readWork(record))
    const { control, finish } = watch(record, this.size, 'elements')
    await fillGivenAsync(fills, control)
    finish()
    return arrays
  }

  /**
   * The tensors one after another, each made whole when it is asked for: `Readable.from(p.tensorsAsync())` is a stream
   * with back-pressure. `bytes` and `write` are for those larger than memory. Progress counts elements.
   */
  tensorsAsync(options?: WorkOptions & AsyncOptions): AsyncGenerator<TensorValues, void, undefined> {
    const record = readOptions(options, [...WORK_OPTIONS, ...ASYNC_OPTIONS])
    const work = readWork(record)
    return stopsWithReader(signalOf(record), (signal) => this.#values(work, { ...record, signal }))
  }

  async *#values(
    work: WorkOptions,
    options: Record<string, unknown>,
  ): AsyncGenerator<TensorValues, void, undefined> {
    const { control, finish } = watch(options, this.size, 'elements')
    let done = 0
    for (const tensor of this.#read.tensors) {
      const data = [...slabOf([tensor]).values()][0] as PlanArray
      await fillAllAsync([fillOf(tensor, data, work)], {
        ...control,
        onStep: (n) => control.onStep?.(done + n),
      })
      done += tensor.size
      yield { name: tensor.name, shape: [...tensor.shape], dtype: tensor.dtype, data }
    }
    finish()
  }

  /** The bytes of the safetensors file that `write` makes, in order, each part made when it is asked for. */
  bytes(options?: FileOptions & AsyncOptions): AsyncGenerator<Uint8Array, void, undefined> {
    return encodedFile(this, options)
  }

  /**
   * Writes a safetensors file in bounded memory, or several with `maxShardSize`. A file takes its name only when all of
   * it is on the disk; progress counts bytes.
   *
   * @throws `ERR_IO`, `ERR_ABORTED`, `ERR_INVALID_ARGUMENT`
   */
  write(path: string, options?: WriteOptions): Promise<WriteReport> {
    return writePlan(this, path, options)
  }

  /** @internal The tensors with their laws. */
  resolved(): readonly ResolvedPlannedTensor[] {
    return this.#read.tensors
  }

  /** Every engine is picked before any array changes. */
  #fills(views: readonly PlanArray[], work: WorkOptions): PlannedFill[] {
    return this.#read.tensors.map((tensor, i) => fillOf(tensor, views[i] as PlanArray, work))
  }
}

/**
 * Checks many tensors at once, and gives each its initializer: its own, else the first matching rule's, else the
 * preset's.
 *
 * @throws one error that lists every tensor that is wrong; the error of the one where it is one
 */
export function plan(spec: PlanSpec): Plan {
  return new Plan(readSpec(spec))
}
