import { wrongType } from '../../errors.js'
import { nonNegative } from '../../validate.js'
import type { TrainingRun } from '../training-run.js'
import type { Callback } from './callback.js'

/**
 * Sets the learning rate of each epoch from the user's function of the epoch and the present rate (Keras's
 * `LearningRateScheduler`). The optimizer's `schedule` multiplies what it gives.
 */
export function learningRateScheduler(rate: (epoch: number, learningRate: number) => number): Callback {
  if (typeof rate !== 'function') throw wrongType('rate', 'a function', rate)
  return {
    name: 'learningRateScheduler',
    onEpochBegin(epoch: number, run: TrainingRun) {
      run.learningRate = nonNegative(rate(epoch, run.learningRate), `the learning rate of epoch ${epoch}`)
    },
  }
}
