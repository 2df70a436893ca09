import { plainError, show, wrongType } from '../../errors.js'
import { nonNegative, oneOf } from '../../validate.js'
import type { TrainingRun } from '../training-run.js'
import type { Callback, Logs } from './callback.js'

export interface MonitorOptions {
  /** The metric to watch; default 'val_loss'. */
  monitor?: string | undefined
  /** Whether smaller or larger is better; 'auto' (default) takes larger for accuracies, as Keras. */
  mode?: 'auto' | 'min' | 'max' | undefined
  /** Changes up to this are no improvement; default 0. */
  minDelta?: number | undefined
}

/** Watches one metric and knows its best value, as Keras's callbacks do. */
export class Monitor {
  readonly metric: string
  readonly minDelta: number
  best: number
  readonly #sign: 1 | -1

  constructor(o: Record<string, unknown>, minDelta: number) {
    const metric = o['monitor'] ?? 'val_loss'
    if (typeof metric !== 'string') {
      throw wrongType('monitor', "a metric's name", metric)
    }
    this.metric = metric
    const mode = oneOf(o['mode'] ?? 'auto', 'mode', ['auto', 'min', 'max'])
    this.#sign = mode === 'max' || (mode === 'auto' && metric.endsWith('accuracy')) ? -1 : 1
    this.minDelta = nonNegative(o['minDelta'] ?? minDelta, 'minDelta')
    this.best = this.worst
  }

  /**
   * Begins to watch a run.
   *
   * @param own - the callback that watches: inside of another one it may be given metrics that the run knows nothing of
   * @throws `ERR_INVALID_ARGUMENT` where the run has no such metric, naming those it has
   */
  begin(run: TrainingRun, own: Callback): void {
    this.best = this.worst
    const { metrics } = run
    if (run.plan.callbacks.includes(own) && !metrics.includes(this.metric)) throw this.#unmeasured(metrics)
  }

  /** Worse than any value. */
  get worst(): number {
    return this.#sign * Infinity
  }

  /** @throws `ERR_INVALID_ARGUMENT` where there is no such metric, naming those there are */
  read(logs: Logs): number {
    const value = logs[this.metric]
    if (value !== undefined) return value
    throw this.#unmeasured(Object.keys(logs))
  }

  #unmeasured(known: readonly string[]): Error {
    const message = `monitor ${show(this.metric)} is not measured: this run has ${known.join(', ')}`
    return plainError('ERR_INVALID_ARGUMENT', message)
  }

  /** Whether `value` is better than `than` by more than minDelta; NaN never is. */
  better(value: number, than = this.best): boolean {
    return this.#sign * (than - value) > this.minDelta
  }
}
