import type { Engine } from '../engine/engine.js'
import type { Totals, Position, RunSpec, Stretch, Trainer } from '../engine/trainer.js'
import { type EngineName, pickEngine } from '../engine/select.js'
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
  /** The engine that trains, as of the latest call: work is done in the order of the calls. */
  #engine: Engine | undefined
  /** State of an optimizer that the trainer has yet to be given: that of a trainer of another engine. */
  #left: Float32Array | undefined
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

  /** Lets this engine train from now on. */
  use(choice: EngineName | undefined): Promise<void> {
    const engine = this.#pick(choice)
    const changes = engine !== this.#engine
    this.#engine = engine
    return this.#inTurn(() => {
      if (changes) this.#leave()
      this.#ready(engine)
    })
  }

  /** Copies rows into an engine's memory now, before whoever owns them can change them. */
  prepare(rows: Rows, engine: EngineName | undefined): void {
    rows.on(this.#pick(engine))
  }

  /** Gives the trainer its rows and the state of its optimizer: an empty one starts afresh, none is the last one's. */
  bind(rows: Rows, run: RunSpec, state: Float32Array | undefined): Promise<void> {
    return this.#exclusive((trainer, engine) => {
      const carried = state ?? this.#left ?? trainer.getState()
      trainer.bind(rows.on(engine), run)
      trainer.setState(carried)
      this.#left = undefined
    })
  }

  /** Trains a stretch: see `Trainer.run`. */
  run(
    from: Position,
    rates: Float64Array,
    milliseconds: number,
    validation?: { rows: Rows; threads: number },
  ): Promise<Stretch> {
    return this.#exclusive(async (trainer, engine) => {
      try {
        const measured = validation && { ...validation, rows: validation.rows.on(engine) }
        return await trainer.run(from, rates, milliseconds, measured)
      } finally {
        if (!this.#changed) this.#parameters = trainer.getParameters()
      }
    })
  }

  /** State of the optimizer, to be given to `bind`. */
  state(): Promise<Float32Array> {
    return this.#exclusive((trainer) => this.#left ?? trainer.getState())
  }

  /** Takes up an epoch in its middle. */
  setTotals(totals: Totals): Promise<void> {
    return this.#exclusive((trainer) => trainer.setTotals(totals))
  }

  evaluate(rows: Rows, threads: number, choice: EngineName | undefined): Promise<Totals> {
    const engine = this.#measuring(choice)
    // Now, before whoever owns them can change them.
    const copy = rows.on(engine)
    return this.#measure(engine, (trainer) => trainer.evaluate(copy, threads))
  }

  predict(
    x: Float32Array,
    rows: number,
    threads: number,
    choice: EngineName | undefined,
  ): Promise<Float32Array> {
    const engine = this.#measuring(choice)
    return this.#measure(engine, (trainer) => trainer.predict(x, rows, threads))
  }

  /** Frees the engine's memory; a later call makes a new trainer. */
  dispose(): void {
    void this.#inTurn(() => {
      this.#left = undefined
      this.#drop()
    })
  }

  /** The engine that has trained last, or would now. */
  get #working(): Engine {
    return (this.#engine ??= this.#pick(undefined))
  }

  #pick(choice: EngineName | undefined): Engine {
    return pickEngine(choice ?? this.spec.engine, this.#parameters.length)
  }

  #measuring(choice: EngineName | undefined): Engine {
    return choice === undefined ? this.#working : this.#pick(choice)
  }

  /** Work that changes nothing: for another engine than the one at work, on a trainer that is made for it. */
  #measure<T>(engine: Engine, work: Work<T>): Promise<T> {
    if (engine === this.#working) return this.#exclusive(work)
    return this.#inTurn(async () => {
      const other = engine.trainer(this.spec)
      try {
        other.setParameters(this.#parameters)
        return await work(other, engine)
      } finally {
        other.dispose()
      }
    })
  }

  #exclusive<T>(work: Work<T>): Promise<T> {
    const engine = this.#working
    return this.#inTurn(() => work(this.#ready(engine), engine))
  }

  #inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const result = this.#tail.then(work)
    this.#tail = result.catch(() => undefined)
    return result
  }

  #ready(engine: Engine): Trainer {
    this.#trainer ??= engine.trainer(this.spec)
    if (this.#changed) this.#trainer.setParameters(this.#parameters)
    this.#changed = false
    return this.#trainer
  }

  /** Keeps the state of the optimizer for the trainer of another engine. */
  #leave(): void {
    this.#left ??= this.#trainer?.getState()
    this.#drop()
  }

  #drop(): void {
    this.#trainer?.dispose()
    this.#trainer = undefined
    this.#changed = true
  }
}

type Work<T> = (trainer: Trainer, engine: Engine) => T | Promise<T>
