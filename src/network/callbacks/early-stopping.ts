import { boolean, finite, integer, readOptions } from '../../validate.js'
import type { TrainingRun } from '../training-run.js'
import type { Callback, CallbackState, Logs } from './callback.js'
import { Monitor, type MonitorOptions } from './monitor.js'

export interface EarlyStoppingOptions extends MonitorOptions {
  /** Epochs without improvement after which training stops; default 0, as Keras. */
  patience?: number | undefined
  /** The metric must be better than this to count as improvement. */
  baseline?: number | undefined
  /** At the end give the network the weights of its best epoch; default false. */
  restoreBestWeights?: boolean | undefined
  /** Epochs before this one are not watched; default 0. */
  startFromEpoch?: number | undefined
}

/** Stops training when a metric no longer improves (Keras's `EarlyStopping`). */
export function earlyStopping(options: EarlyStoppingOptions = {}): Callback {
  return new EarlyStopping(options)
}

class EarlyStopping implements Callback {
  readonly name = 'earlyStopping'
  readonly options: unknown
  readonly #monitor: Monitor
  readonly #patience: number
  readonly #baseline: number | undefined
  readonly #restore: boolean
  readonly #start: number
  #wait = 0
  #weights: Float32Array | undefined

  constructor(options: EarlyStoppingOptions) {
    const names = [
      'monitor',
      'mode',
      'minDelta',
      'patience',
      'baseline',
      'restoreBestWeights',
      'startFromEpoch',
    ]
    const o = readOptions(options, names)
    this.options = o
    this.#monitor = new Monitor(o, 0)
    this.#patience = integer(o['patience'] ?? 0, 'patience', 0)
    this.#baseline = o['baseline'] === undefined ? undefined : finite(o['baseline'], 'baseline')
    this.#restore = boolean(o['restoreBestWeights'] ?? false, 'restoreBestWeights')
    this.#start = integer(o['startFromEpoch'] ?? 0, 'startFromEpoch', 0)
  }

  onTrainBegin(run: TrainingRun): void {
    this.#wait = 0
    this.#weights = undefined
    this.#monitor.begin(run, this)
  }

  onEpochEnd(epoch: number, logs: Logs, run: TrainingRun): void {
    const monitor = this.#monitor
    const value = monitor.read(logs)
    if (epoch < this.#start) return
    if (this.#restore && this.#weights === undefined) this.#weights = run.getParameters()
    this.#wait++
    if (monitor.better(value)) {
      monitor.best = value
      if (this.#restore) this.#weights = run.getParameters()
      if (this.#baseline === undefined || monitor.better(value, this.#baseline)) this.#wait = 0
    } else if (this.#wait >= this.#patience && epoch > 0) {
      run.stop()
    }
  }

  onTrainEnd(run: TrainingRun): void {
    const finished = run.outcome === 'completed' || run.outcome === 'stopped'
    if (finished && this.#weights !== undefined) run.setParameters(this.#weights)
  }

  getState(): CallbackState {
    const tensors = this.#weights && { weights: this.#weights }
    return { values: { wait: this.#wait, best: this.#monitor.best }, ...(tensors && { tensors }) }
  }

  setState({ values, tensors }: CallbackState): void {
    this.#wait = Number(values['wait'])
    this.#monitor.best = Number(values['best'])
    this.#weights = tensors?.['weights']
  }
}
