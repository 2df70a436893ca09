import type { Totals } from '../engine/trainer.js'
import { wrongLength, wrongType } from '../errors.js'
import { arrayKind } from '../realm.js'
import { nonNegativeSingle } from '../validate.js'
import type { RunState } from './checkpoint.js'
import type { FeedPart } from './feed.js'
import type { FitPlan } from './fit-options.js'
import type { History } from './history.js'
import type { Network } from './network.js'
import type { Rows } from './rows.js'
import type { Session } from './session.js'

/** How a run ended: all epochs done, stopped by a callback, by the signal, or by an error. */
export type Outcome = 'running' | 'completed' | 'stopped' | 'aborted' | 'failed'

/** What a metric is named where it is of the validation rows. */
export function asValidation(metric: string): string {
  return `val_${metric}`
}

const NOTHING: Totals = { rows: 0, loss: 0, correct: 0 }

/** A `fit` on its way, as callbacks see it. */
export class TrainingRun {
  /** The network in training: its weights are those of the latest batch done. */
  readonly network: Network
  /** Epochs after which the run ends. */
  readonly epochs: number
  /** Batches of an epoch; for a source of batches 0 until the first epoch is over. */
  stepsPerEpoch: number
  history: History
  /** Epoch in training. */
  epoch: number
  /** Batches of this epoch that are done. */
  step = 0
  outcome: Outcome = 'running'
  /** @internal Whether the callbacks know that this epoch has begun. */
  begun = false
  /** @internal Rate of this epoch, once it has begun. */
  rate: number
  /** @internal */
  readonly plan: FitPlan
  /** @internal */
  readonly session: Session
  /** @internal Sums over the epoch so far. */
  totals = NOTHING
  /** @internal Batches of the epochs before this one. */
  before: number
  /** State of the optimizer at the next binding of rows; none goes on with what it is. */
  #state: Float32Array | undefined
  #bound: Rows | undefined
  #learningRate: number
  #stopping = false
  /** Batches before this `fit`. */
  readonly #first: number

  /**
   * @internal
   * @param before - batches of the epochs before
   * @param state - of the optimizer, to go on from: an empty one starts afresh, none is what the last run left
   */
  constructor(
    network: Network,
    session: Session,
    plan: FitPlan,
    before: number,
    state: Float32Array | undefined,
  ) {
    this.network = network
    this.session = session
    this.plan = plan
    this.epochs = plan.epochs
    this.stepsPerEpoch = plan.feed.stepsPerEpoch
    this.epoch = plan.initialEpoch
    this.before = before
    this.#first = before
    this.#state = state
    this.#learningRate = plan.optimizer.learningRate
    this.rate = this.#learningRate
    this.history = { epoch: [], history: { loss: [] } }
  }

  /**
   * Rate that the schedule's factor multiplies; may be set between batches, and counts from the next epoch on.
   *
   * @throws `ERR_INVALID_ARGUMENT` for anything but a number >= 0 that is finite in single precision
   */
  get learningRate(): number {
    return this.#learningRate
  }

  set learningRate(rate: number) {
    this.#learningRate = nonNegativeSingle(rate, 'learningRate')
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

  /** Names of the metrics that an epoch's logs will have. */
  get metrics(): string[] {
    const own = Object.keys(this.logs)
    return this.plan.validation ? [...own, ...own.map(asValidation)] : own
  }

  /** Copy of all parameters, flat, in the order of `network.weights`. */
  getParameters(): Float32Array {
    return this.session.parameters.slice()
  }

  /**
   * Replaces all parameters.
   *
   * @throws `ERR_INVALID_ARGUMENT`, `ERR_LENGTH_MISMATCH`; nothing is changed then
   */
  setParameters(values: Float32Array): void {
    const { length } = this.session.parameters
    if (arrayKind(values) !== 'Float32Array') throw wrongType('values', 'a Float32Array', values)
    if (values.length !== length) throw wrongLength('values', length, values.length)
    this.session.parameters = values.slice()
  }

  /** @internal Batches of this `fit` that are done. */
  get done(): number {
    return this.before + this.step - this.#first
  }

  /** @internal Batches of the whole `fit`, as far as is known. */
  get stepsInAll(): number {
    return Math.max(0, this.epochs - this.plan.initialEpoch) * this.stepsPerEpoch
  }

  /** @internal Whether the engine has had rows of this run. */
  get isBound(): boolean {
    return this.#bound !== undefined
  }

  /** @internal Gives the engine the rows of a part, unless it has them. */
  async bind({ rows, window }: FeedPart): Promise<void> {
    if (rows === this.#bound) return
    await this.session.bind(rows, { ...this.plan.run, window }, this.#state)
    this.#bound = rows
    this.#state = undefined
  }

  /** @internal So many more batches of the epoch are done. */
  advance(steps: number, totals: Totals): void {
    this.step += steps
    this.totals = totals
  }

  /** @internal Takes up where a checkpoint stands. */
  resume(state: RunState, optimizer: Float32Array): void {
    const { epoch, step, begun, before, stepsPerEpoch, learningRate, rate, stopping, totals, history } = state
    Object.assign(this, { epoch, step, begun, before, stepsPerEpoch, learningRate, rate, totals, history })
    this.#stopping = stopping
    this.#state = optimizer
  }

  /** @internal The epoch is over: the next one starts at its first batch. */
  nextEpoch(): void {
    this.epoch++
    this.before += this.step
    this.stepsPerEpoch = this.step
    this.step = 0
    this.begun = false
    this.totals = NOTHING
  }
}
