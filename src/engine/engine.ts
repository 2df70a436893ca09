import type { StreamKey } from '../math/stream.js'
import type { Control } from '../async/watch.js'
import type { FillJob, View } from './law.js'
import type { RowsSpec, Trainer, TrainerData, TrainerRows, TrainerSpec } from './trainer.js'

/** Draws of a distribution of `rand_distr`, from word `position` of the stream on. */
export interface SampleJob {
  readonly distribution: string
  /** Its parameters in the crate's order. */
  readonly parameters: Float64Array
  readonly stream: StreamKey
  /** A multiple of the block size. */
  readonly position: number
  /** First value of the range within the draws. */
  readonly offset: number
  readonly threads?: number | undefined
}

/** The long tail of distributions: outside the bit contract, and the native engine's alone. */
export interface LongTail {
  /**
   * Values that one draw has: 1, or a point's coordinates.
   *
   * @throws `ERR_INVALID_ARGUMENT` for parameters that the distribution refuses
   */
  width(distribution: string, parameters: Float64Array): number
  fill(job: SampleJob, out: Float32Array): void
  fillAsync(job: SampleJob, out: Float32Array, control: Control): Promise<void>
}

/** A row-major matrix to be measured. */
export type Weights = Float32Array | Float64Array

/** What measures give. */
export interface Measured {
  /** The largest singular value. */
  spectralNorm: number
  /** All of them, the largest first. */
  singularValues: Float64Array
  /** The largest entry of |QtQ - I|, or of |QQt - I| where there are more columns than rows. */
  orthogonalityError: number
}

/** Measures of a row-major matrix, in double precision; no value of a tensor depends on them. */
export interface Measures {
  now<K extends keyof Measured>(measure: K, w: Weights, rows: number, columns: number): Measured[K]
  /** As `now`, without blocking the event loop. */
  later<K extends keyof Measured>(
    measure: K,
    w: Weights,
    rows: number,
    columns: number,
    control: Control,
  ): Promise<Measured[K]>
}

/** A job and the memory that it fills. */
export interface Fill {
  readonly job: FillJob
  readonly out: View
}

/**
 * What both engines can do. Everything is validated before it gets here; the same job gives the same bits on every
 * engine.
 */
export interface Engine {
  readonly name: 'native' | 'js'
  /** The instruction set in use: 'scalar', 'sse2', ..., 'js' for the TypeScript engine. */
  readonly kernel: string
  readonly kernels: readonly string[]
  /** Default number of threads. */
  readonly threads: number
  /** Fills the whole of `out` with the job's range. */
  fill(job: FillJob, out: View): void
  /** Fills many arrays of floats, none overlapping another, with all threads shared among them. */
  fillMany(fills: readonly Fill[]): void
  /** As `fill`, without blocking the event loop; memory is written on the calling thread only. */
  fillAsync(job: FillJob, out: View, control: Control): Promise<void>
  /** Replaces `out` by a permutation of 0 .. out.length - 1, from draw `first` of the stream on. */
  permute(stream: StreamKey, first: number, out: Uint32Array): void
  readonly measures: Measures
  /** Where the engine has it. */
  readonly longTail?: LongTail
  /** A network in the engine's own memory, ready to be trained. */
  trainer(spec: TrainerSpec): Trainer
  /** Copies rows into the engine's memory, for the trainers of networks of that kind. */
  rows(spec: RowsSpec, data: TrainerData): TrainerRows
}
