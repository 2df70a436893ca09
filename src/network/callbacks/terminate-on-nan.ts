import type { TrainingRun } from '../training-run.js'
import type { Callback } from './callback.js'

/** Ends training without an error when the loss is NaN or infinite (Keras's `TerminateOnNaN`). */
export function terminateOnNaN(): Callback {
  return { name: 'terminateOnNaN', onNotFinite: (run: TrainingRun) => run.stop() }
}
