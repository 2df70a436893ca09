import { integer, nonNegative, probability, readOptions } from '../../validate.js'
import type { TrainingRun } from '../training-run.js'
import type { Callback, CallbackState, Logs } from './callback.js'
import { Monitor, type MonitorOptions } from './monitor.js'

export interface ReduceLROnPlateauOptions extends MonitorOptions {
  /** The learning rate is multiplied by this, from 0 to 1; default 0.1. */
  factor?: number | undefined
  /** Epochs without improvement after which the rate falls; default 10. */
  patience?: number | undefined
  /** Epochs after a fall that are not counted; default 0. */
  cooldown?: number | undefined
  /** The rate never falls below this; default 0. */
  minLearningRate?: number | undefined
}

/** Lowers the learning rate when a metric no longer improves (Keras's `ReduceLROnPlateau`; minDelta defaults to 1e-4). */
export function reduceLROnPlateau(options: ReduceLROnPlateauOptions = {}): Callback {
  return new ReduceLROnPlateau(options)
}

class ReduceLROnPlateau implements Callback {
  readonly name = 'reduceLROnPlateau'
  readonly options: unknown
  readonly #monitor: Monitor
  readonly #factor: number
  readonly #patience: number
  readonly #cooldown: number
  readonly #floor: number
  #wait = 0
  #cooling = 0

  constructor(options: ReduceLROnPlateauOptions) {
    const names = ['monitor', 'mode', 'minDelta', 'factor', 'patience', 'cooldown', 'minLearningRate']
    const o = readOptions(options, names)
    this.options = o
    this.#monitor = new Monitor(o, 1e-4)
    this.#factor = probability(o['factor'] ?? 0.1, 'factor')
    this.#patience = integer(o['patience'] ?? 10, 'patience', 0)
    this.#cooldown = integer(o['cooldown'] ?? 0, 'cooldown', 0)
    this.#floor = nonNegative(o['minLearningRate'] ?? 0, 'minLearningRate')
  }

  onTrainBegin(run: TrainingRun): void {
    this.#wait = 0
    this.#cooling = 0
    this.#monitor.begin(run, this)
  }

  onEpochEnd(_epoch: number, logs: Logs, run: TrainingRun): void {
    const value = this.#monitor.read(logs)
    if (this.#cooling > 0) {
      this.#cooling--
      this.#wait = 0
    }
    if (this.#monitor.better(value)) {
      this.#monitor.best = value
      this.#wait = 0
    } else if (this.#cooling === 0 && ++this.#wait >= this.#patience && run.learningRate > this.#floor) {
      run.learningRate = Math.max(run.learningRate * this.#factor, this.#floor)
      this.#cooling = this.#cooldown
      this.#wait = 0
    }
  }

  getState(): CallbackState {
    return { values: { wait: this.#wait, cooling: this.#cooling, best: this.#monitor.best } }
  }

  setState({ values }: CallbackState): void {
    this.#wait = Number(values['wait'])
    this.#cooling = Number(values['cooling'])
    this.#monitor.best = Number(values['best'])
  }
}
