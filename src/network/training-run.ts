import type { EpochTotals } from '../engine/trainer.js'
import type { RunState } from './checkpoint.js'
import type { FitPlan } from './fit-options.js'
import type { History } from './history.js'
import type { Network } from './network.js'
import type { Session } from './session.js'

/** How a run ended: all epochs done, stopped by a callback, by the signal, or by an error. */
export type Outcome = 'running' | 'completed' | 'stopped' | 'aborted' | 'failed'

const NOTHING: EpochTotals = { rows: 0, loss: 0, correct: 0 }

/** A `fit` on its way, as callbacks see it. */
export class TrainingRun {
  /** The network in training: its weights are those of the latest batch done. */
  readonly network: Network
  /** Epochs after which the run ends. */
  readonly epochs: number
  readonly stepsPerEpoch: number
  history: History
  /** Epoch in training. */
  epoch: number
  /** Batches of this epoch that are done. */
  step = 0
  /** Rate that the schedule's factor multiplies; may be set between batches, and counts from the next epoch on. */
  learningRate: number
  outcome: Outcome = 'running'
  /** @internal */
  readonly plan: FitPlan
  /** @internal */
  readonly session: Session
  /** @internal Sums over the epoch so far. */
  totals = NOTHING
  #stopping = false

  /** @internal */
  constructor(network: Network, session: Session, plan: FitPlan) {
    this.network = network
    this.session = session
    this.plan = plan
    this.epochs = plan.epochs
    this.stepsPerEpoch = Math.ceil(plan.train.rows / plan.run.batchSize)
    this.epoch = plan.initialEpoch
    this.learningRate = plan.optimizer.learningRate
    this.history = { epoch: [], history: { loss: [] } }
  }

  /** Ends the run at the next pause between batches; what is done stays. */
  stop(): void {
    this.#stopping = true
  }

  get stopping(): boolean {
    return this.#stopping
  }

  /** Loss, and accuracy of a classifier, over the rows of this epoch so far. */
  get logs(): Record<string, number> {
    return this.network.logsOf(this.totals)
  }

  /** Copy of all parameters, flat, in the order of `network.weights`. */
  getParameters(): Float32Array {
    return this.session.parameters.slice()
  }

  /** Replaces all parameters. */
  setParameters(values: Float32Array): void {
    this.session.parameters = values.slice()
  }

  /** @internal Takes up where a checkpoint stands. */
  resume({ epoch, step, learningRate, totals, history }: RunState): void {
    Object.assign(this, { epoch, step, learningRate, totals, history })
  }

  /** @internal The epoch is over: the next one starts at its first batch. */
  nextEpoch(): void {
    this.epoch++
    this.step = 0
    this.totals = NOTHING
  }
}
