import { plainError } from '../errors.js'
import { fit } from './fit.js'
import { readFit, type FitPlan } from './fit-options.js'
import type { History } from './history.js'
import type { Network } from './network.js'
import type { Rows } from './rows.js'
import type { Session } from './session.js'
import { TrainingRun } from './training-run.js'

/** State of an optimizer that starts afresh. */
const FRESH = new Float32Array(0)

/** The trainings of a network: one at a time, and each goes on from what those before have left. */
export class Trainings {
  readonly #network: Network
  readonly #session: Session
  #running = false
  #disposing = false
  /** Where the last one ended: epochs, batches of all of them, and the rule whose state the engine has. */
  #reached = { epoch: 0, batches: 0, optimizer: '' }
  /** Passes so far, and the optimizer's state after the last one. */
  #passes = 0
  #carried: { readonly optimizer: string; readonly state: Float32Array; readonly batches: number } | undefined

  constructor(network: Network, session: Session) {
    this.#network = network
    this.#session = session
  }

  /**
   * Trains as `fit` was asked to.
   *
   * @param before - batches of the epochs before
   * @param state - of the optimizer, to go on from; by default what the last run left, if this one begins where it ended
   * @param then - what else is done before anybody else may train
   */
  async fit(
    plan: FitPlan,
    before = this.#batchesBefore(plan),
    state?: Float32Array,
    then?: () => Promise<void>,
  ): Promise<History> {
    if (this.#running)
      throw plainError('ERR_INVALID_ARGUMENT', 'this network is in training already: await its fit first')
    for (const rows of [plan.feed.rows, plan.validation]) if (rows) this.#session.prepare(rows, plan.engine)
    const optimizer = ruleOf(plan)
    const goesOn = plan.initialEpoch > 0 && plan.initialEpoch === this.#reached.epoch
    const kept = goesOn && optimizer === this.#reached.optimizer
    const start = state ?? (kept ? undefined : FRESH)
    const run = new TrainingRun(this.#network, this.#session, plan, before, start)
    this.#running = true
    try {
      await this.#session.use(plan.engine)
      await fit(run).finally(() => {
        // A run that never had the engine's memory has left it as it was.
        if (run.isBound) this.#reached = { epoch: run.epoch, batches: run.before, optimizer }
      })
      await then?.()
    } finally {
      this.#running = false
      plan.validation?.dispose()
      if (this.#disposing) this.dispose()
    }
    return run.history
  }

  /** One pass over the rows in their order, which goes on from the pass before. */
  async pass(rows: Rows, options: Readonly<Record<string, unknown>>): Promise<History> {
    const numbered = { ...options, shuffle: false, initialEpoch: this.#passes, epochs: this.#passes + 1 }
    const plan = readFit(this.#session.spec, rows, numbered)
    const optimizer = JSON.stringify(plan.optimizer)
    const { state = FRESH, batches = 0 } = (this.#carried?.optimizer === optimizer && this.#carried) || {}
    const keep = async (): Promise<void> => {
      const after = await this.#session.state()
      this.#carried = { optimizer, state: after, batches: batches + plan.feed.stepsPerEpoch }
      this.#passes++
    }
    return this.fit(plan, batches, state, keep).finally(() => plan.feed.rows?.dispose())
  }

  /** Frees the engine's memory, as soon as no training runs. */
  dispose(): void {
    this.#disposing = this.#running
    if (this.#running) return
    this.#reached.optimizer = ''
    this.#session.dispose()
  }

  /** Batches of the epochs before the first one; of a source only those are known that this object has seen. */
  #batchesBefore({ initialEpoch, feed, optimizer }: FitPlan): number {
    if (feed.rows !== undefined || initialEpoch === 0) return initialEpoch * feed.stepsPerEpoch
    if (this.#reached.epoch === initialEpoch) return this.#reached.batches
    if (optimizer.schedule?.unit !== 'step') return 0
    throw plainError(
      'ERR_INVALID_ARGUMENT',
      `initialEpoch ${initialEpoch} of a source: how many batches its schedule has behind it is not known`,
    )
  }
}

/** What an optimizer's state depends on: everything but its rates. */
function ruleOf({ optimizer: { learningRate: _, schedule: __, ...rule } }: FitPlan): string {
  return JSON.stringify(rule)
}
