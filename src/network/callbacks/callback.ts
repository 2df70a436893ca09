import type { TrainingRun } from '../training-run.js'

/** Metrics of one epoch: `loss`, `accuracy` for classifiers, and the same of the validation rows with `val_` before. */
export type Logs = Readonly<Record<string, number>>

/** What a callback must remember for a run to go on elsewhere as if it had never stopped. */
export interface CallbackState {
  /** JSON values; numbers may be infinite or NaN. */
  values: Record<string, unknown>
  tensors?: Record<string, Float32Array>
}

/**
 * Watches and steers a training run. Every hook is optional and may be asynchronous; training waits for it. A hook
 * that throws stops the run, and `fit` rejects with that very error.
 */
export interface Callback {
  /** Tells callbacks apart in a resumed run; the built-in ones are named as their factory. */
  readonly name?: string | undefined
  /** What it was made with, as JSON, where the weights depend on it: a resumed run must have the same. */
  readonly options?: unknown
  onTrainBegin?(run: TrainingRun): void | Promise<void>
  /** Called after `onTrainBegin` of all callbacks: may take up an earlier run. Callbacks with this hook come last. */
  onResume?(run: TrainingRun): void | Promise<void>
  /** Called however the run ended: see `run.outcome`. */
  onTrainEnd?(run: TrainingRun): void | Promise<void>
  onEpochBegin?(epoch: number, run: TrainingRun): void | Promise<void>
  onEpochEnd?(epoch: number, logs: Logs, run: TrainingRun): void | Promise<void>
  /** Called between batches: after each stretch of training, about ten times a second, and every `everyBatches`. */
  onBatches?(run: TrainingRun): void | Promise<void>
  /** Training pauses for `onBatches` at each multiple of this many batches within an epoch. */
  readonly everyBatches?: number | undefined
  /** Called when the loss is NaN or infinite; `run.stop()` ends the run without an error. */
  onNotFinite?(run: TrainingRun): void
  /** State of a run that is written to disk. */
  getState?(): CallbackState
  setState?(state: CallbackState): void
}
