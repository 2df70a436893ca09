import type { Engine } from '../engine/engine.js'
import type { EpochTotals, Evaluation, Position, RunSpec, Stretch, Trainer } from '../engine/trainer.js'
import { pickEngine } from '../engine/select.js'
import type { NetworkSpec } from './config.js'
import type { Rows } from './rows.js'

/**
 * A network's parameters and the trainer that works on them. Reading and writing parameters never waits and never
 * disturbs a run: `parameters` are those after the latest stretch of training, and what is set while a stretch is on
 * its way takes its place when it ends. Work on the trainer is done one after the other.
 */
export class Session {
  readonly spec: NetworkSpec
  #parameters: Float32Array
  /** Whether the trainer still has to be given `#parameters`. */
  #changed = true
  #trainer: Trainer | undefined
  #tail: Promise<unknown> = Promise.resolve()

  constructor(spec: NetworkSpec, parameters: Float32Array) {
    this.spec = spec
    this.#parameters = parameters
  }

  /** The parameters; not to be written to. */
  get parameters(): Float32Array {
    return this.#parameters
  }

  /** Replaces the parameters; `values` must not be changed afterwards. */
  set parameters(values: Float32Array) {
    this.#parameters = values
    this.#changed = true
  }

  /** Copies rows into the engine's memory now, before whoever owns them can change them. */
  prepare(rows: Rows): void {
    rows.on(this.#engine)
  }

  /** Gives the trainer its rows and the state of its optimizer: an empty one starts afresh, none is the last one's. */
  bind(rows: Rows, run: RunSpec, state: Float32Array | undefined): Promise<void> {
    return this.#exclusive((trainer) => {
      const carried = state ?? trainer.getState()
      trainer.bind(rows.on(this.#engine), { ...run, threads: this.#threads(run.threads) })
      trainer.setState(carried)
    })
  }

  /** Trains a stretch: see `Trainer.run`. */
  run(
    from: Position,
    rates: Float64Array,
    milliseconds: number,
    validation?: { rows: Rows; threads: number },
  ): Promise<Stretch> {
    return this.#exclusive(async (trainer) => {
      try {
        const measured = validation && {
          rows: validation.rows.on(this.#engine),
          threads: this.#threads(validation.threads),
        }
        return await trainer.run(from, rates, milliseconds, measured)
      } finally {
        if (!this.#changed) this.#parameters = trainer.getParameters()
      }
    })
  }

  /** State of the optimizer, to be given to `bind`. */
  state(): Promise<Float32Array> {
    return this.#exclusive((trainer) => trainer.getState())
  }

  /** Takes up an epoch in its middle. */
  setTotals(totals: EpochTotals): Promise<void> {
    return this.#exclusive((trainer) => trainer.setTotals(totals))
  }

  evaluate(rows: Rows, threads: number): Promise<Evaluation> {
    return this.#exclusive((trainer) => trainer.evaluate(rows.on(this.#engine), this.#threads(threads)))
  }

  predict(x: Float32Array, rows: number, threads: number): Promise<Float32Array> {
    return this.#exclusive((trainer) => trainer.predict(x, rows, this.#threads(threads)))
  }

  /** Frees the engine's memory; a later call makes a new trainer. */
  dispose(): void {
    this.#tail = this.#tail.then(() => {
      this.#trainer?.dispose()
      this.#trainer = undefined
      this.#changed = true
    })
  }

  /** 0 leaves the choice to the engine. */
  #threads(threads: number): number {
    return threads === 0 ? this.#engine.threads : threads
  }

  get #engine(): Engine {
    return pickEngine(this.spec.engine, this.#parameters.length)
  }

  #exclusive<T>(work: (trainer: Trainer) => T | Promise<T>): Promise<T> {
    const result = this.#tail.then(() => work(this.#ready()))
    this.#tail = result.catch(() => undefined)
    return result
  }

  #ready(): Trainer {
    this.#trainer ??= this.#engine.trainer(this.spec)
    if (this.#changed) this.#trainer.setParameters(this.#parameters)
    this.#changed = false
    return this.#trainer
  }
}
