import { createHash } from 'node:crypto'
import type { Progress } from '../async/watch.js'
import type { Json } from '../initializers/types.js'

/**
 * A batch of independent jobs. Job `i` is a pure function of `(kind, shared, items[i])`: any worker may do it, in any
 * order and more than once, with the same result.
 */
export interface Batch<Result extends Json> {
  /** What the jobs do; a worker in another process finds the code for it by this name. */
  readonly kind: string
  /** What all jobs have in common. */
  readonly shared: Json
  /** What makes each job its own: a seed, the number of a shard. */
  readonly items: readonly Json[]
  /**
   * Whether the jobs' results are worth nothing without files that they leave elsewhere: a job is done again although its
   * result is known, and finds its files complete or makes them.
   */
  readonly leavesFiles?: boolean
  /** Does job `index` in this process. */
  run(index: number, control: JobControl): Promise<Result>
}

/** How one job is watched and stopped. */
export interface JobControl {
  readonly signal?: AbortSignal | undefined
  /** Told how far the job is; queues show it. */
  readonly onProgress?: ((progress: Progress) => void) | undefined
}

/** How a run of a batch is watched and stopped. */
export interface RunOptions {
  /** Stops the run: the promise is rejected with `ERR_ABORTED`. */
  readonly signal?: AbortSignal | undefined
  /** Called after each job, with the number of those done. */
  readonly onDone?: ((done: number) => void) | undefined
}

/** Gets the jobs of a batch done: in this process, by this one's share of an array of processes, through a queue. */
export interface Runner {
  /**
   * The results in the order of the items; undefined where a job belongs to another process that has not done it yet.
   *
   * @throws whatever a job threw; `ERR_ABORTED`
   */
  run<Result extends Json>(batch: Batch<Result>, options?: RunOptions): Promise<(Result | undefined)[]>
}

/** Name of a batch: SHA-256 of its kind, of what its jobs share and of the items, in hexadecimal. */
export function batchId({ kind, shared, items }: Omit<Batch<Json>, 'run'>): string {
  return createHash('sha256')
    .update(canonical([kind, shared, items]))
    .digest('hex')
}

/** JSON with the keys of every object sorted, so that equal values are equal texts. */
function canonical(value: Json): string {
  return JSON.stringify(value, (_, inner: Json) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

/**
 * SHA-256 over named arrays: how a batch tells data that its workers hold themselves.
 *
 * @returns hexadecimal; equal for equal names, types and bytes
 */
export function digestOf(arrays: Readonly<Record<string, ArrayBufferView | undefined>>): string {
  const hash = createHash('sha256')
  for (const [name, array] of Object.entries(arrays)) {
    if (array === undefined) continue
    hash.update(`${name}:${array.constructor.name}:${array.byteLength};`).update(array as Uint8Array)
  }
  return hash.digest('hex')
}
