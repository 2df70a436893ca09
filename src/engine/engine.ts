import type { FillJob, View } from './law.js'
import type { Trainer, TrainerSpec } from './trainer.js'

/** How asynchronous work is watched and stopped. */
export interface Control {
  /** Stops the work: the promise is rejected with `ERR_ABORTED`. */
  readonly signal?: AbortSignal | undefined
  /** Told how many elements (or bytes) are done; the caller limits how often it passes this on. */
  readonly onStep?: ((done: number) => void) | undefined
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
  /** As `fill`, without blocking the event loop; memory is written on the calling thread only. */
  fillAsync(job: FillJob, out: View, control: Control): Promise<void>
  /** Replaces `out` by a permutation of 0 .. out.length - 1 drawn from the job's stream. */
  permute(stream: FillJob['stream'], out: Uint32Array): void
  /** A network in the engine's own memory, ready to be trained. */
  trainer(spec: TrainerSpec): Trainer
}
