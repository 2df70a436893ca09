import { plainError, rangeError } from '../../../errors.js'
import { breathe, now, Slice } from '../../../async/slices.js'
import { streamKey } from '../../../math/stream.js'
import type {
  Totals,
  Position,
  RowsSpec,
  RunSpec,
  Stretch,
  Trainer,
  TrainerData,
  TrainerRows,
  TrainerSpec,
  Validation,
} from '../../trainer.js'
import { permute } from '../integers.js'
import { checkLength, rowsOf, type Rows } from './data.js'
import { dropoutOf } from './dropout.js'
import { forward } from './forward.js'
import { scoreRow, type Score } from './loss.js'
import { isPlain, planOf, slotsOf, type Plan } from './network.js'
import { penalty } from './regularize.js'
import { batchOf, type LayerRows } from './rows.js'
import { takeStep, type Bound } from './step.js'

/** Rows that go through the network at a time outside training. */
const BLOCK = 96
/** Updates are counted in two f32: modulo this, and the rest. */
const LOW = 2 ** 20
const HEADER = 3

/** A network trained by this engine: the bits of the native one. */
export function jsTrainer(spec: TrainerSpec): Trainer {
  return new JsTrainer(planOf(spec))
}

/** Rows as this engine's trainers read them. */
export function jsRows(spec: RowsSpec, data: TrainerData): TrainerRows {
  return rowsOf(spec, data)
}

class JsTrainer implements Trainer {
  readonly parameterCount: number
  readonly #plan: Plan
  #parameters: Float32Array
  #bound: Bound | undefined
  #totals: Totals = { rows: 0, loss: 0, correct: 0 }

  constructor(plan: Plan) {
    this.#plan = plan
    this.parameterCount = plan.parameterCount
    this.#parameters = new Float32Array(plan.parameterCount)
  }

  getParameters(): Float32Array {
    return this.#parameters.slice()
  }

  setParameters(values: Float32Array): void {
    checkLength('parameters', this.parameterCount, values.length)
    this.#parameters.set(values)
  }

  getState(): Float32Array {
    const bound = this.#bound
    if (bound === undefined || (bound.updates === 0 && bound.pending === 0)) return new Float32Array(0)
    const { updates, pending, slots, gradient } = bound
    const arrays = pending > 0 ? [...slots, gradient] : slots
    const state = new Float32Array(HEADER + arrays.length * this.parameterCount)
    state.set([updates % LOW, Math.floor(updates / LOW), pending])
    arrays.forEach((array, i) => state.set(array, HEADER + i * this.parameterCount))
    return state
  }

  setState(values: Float32Array): void {
    const bound = this.#ready()
    const pending = values[2] ?? 0
    if (pending > 0 && bound.plain) {
      throw rangeError(
        'ERR_INVALID_ARGUMENT',
        'state holds gradients that wait, which this optimizer never leaves',
      )
    }
    const arrays = pending > 0 ? [...bound.slots, bound.gradient] : bound.slots
    const count = this.parameterCount
    if (values.length > 0) checkLength('state', HEADER + arrays.length * count, values.length)
    bound.updates = (values[0] ?? 0) + (values[1] ?? 0) * LOW
    bound.pending = pending
    arrays.forEach((array, i) => {
      if (values.length === 0) array.fill(0)
      else array.set(values.subarray(HEADER + i * count, HEADER + (i + 1) * count))
    })
  }

  bind(bound: TrainerRows, run: RunSpec): void {
    const plan = this.#plan
    const rows = bound as Rows
    const plain = isPlain(plan, run.optimizer)
    const slots = Array.from({ length: slotsOf(run.optimizer) }, () => new Float32Array(this.parameterCount))
    this.#bound = {
      run,
      data: rows,
      plain,
      order: Uint32Array.from({ length: rows.rows }, (_, i) => i),
      orderEpoch: undefined,
      batch: batchOf(plan, Math.min(run.batchSize, rows.rows), true),
      gradient: new Float32Array(plain ? 0 : this.parameterCount),
      slots,
      updates: 0,
      pending: 0,
    }
  }

  async run(
    from: Position,
    rates: Float64Array,
    milliseconds: number,
    validation?: Validation,
  ): Promise<Stretch> {
    const { data, run } = this.#ready()
    const batches = Math.ceil(data.rows / run.batchSize)
    const totals: Totals[] = []
    const measured: Totals[] = []
    const end = now() + milliseconds
    let { epoch, step } = from
    let steps = 0
    for (;;) {
      const done = await this.#runEpoch({ epoch, step }, rates.subarray(steps), end)
      totals.push(this.#totals)
      steps += done
      const complete = step + done === batches
      if (complete && validation) measured.push(await this.evaluate(validation.rows, validation.threads))
      const over = steps === rates.length || now() >= end
      if (over || done === 0 || !complete) return { steps, totals, validation: measured }
      epoch++
      step = 0
    }
  }

  /** Trains on the rest of an epoch's bound rows, or until the rates or the time are used up. */
  async #runEpoch(from: Position, rates: Float64Array, end: number): Promise<number> {
    const bound = this.#ready()
    const plan = this.#plan
    const { window, shuffle, batchSize } = bound.run
    await breathe()
    if (shuffle && bound.orderEpoch !== from.epoch) {
      const part = window.number === 0 ? '' : `/${window.number}`
      permute(bound.order, streamKey(plan.seed, `shuffle/${from.epoch}${part}`))
      bound.orderEpoch = from.epoch
    }
    if (from.step === 0 && window.number === 0) this.#totals = { rows: 0, loss: 0, correct: 0 }
    const dropout = dropoutOf(plan, from.epoch, window.first)
    const batches = Math.ceil(bound.data.rows / batchSize)
    const limit = Math.min(rates.length, batches - from.step)
    const before = Math.floor(window.first / batchSize)
    const slice = new Slice()
    let steps = 0
    while (steps < limit) {
      const index = from.step + steps
      const rate = rates[steps] as number
      const totals = await slice.finish(takeStep(plan, this.#parameters, bound, dropout, index, rate))
      if (totals === undefined) throw notFinite(from.epoch, before + index)
      const { rows, loss, correct } = this.#totals
      this.#totals = { rows: rows + totals.rows, loss: loss + totals.loss, correct: correct + totals.correct }
      steps++
      if (now() >= end) break
      if (slice.isOver) await slice.rest()
    }
    if (steps > 0 && !this.#parameters.every(Number.isFinite)) {
      throw notFinite(from.epoch, before + from.step + steps - 1)
    }
    return steps
  }

  setTotals(totals: Totals): void {
    this.#totals = totals
  }

  async evaluate(evaluated: TrainerRows, _threads: number): Promise<Totals> {
    const plan = this.#plan
    const rows = evaluated as Rows
    const unused = new Float32Array(BLOCK * plan.outputs)
    const score: Score = { loss: 0, correct: 0 }
    let loss = 0
    let correct = 0
    await this.#eachBlock(rows.x, rows.rows, (first, count, outputs) => {
      for (let r = 0; r < count; r++) {
        scoreRow(plan, outputs, r * plan.outputs, rows, first + r, 1, unused, score)
        loss += score.loss
        correct += score.correct
      }
    })
    return { rows: rows.rows, loss: loss + rows.rows * penalty(plan, this.#parameters), correct }
  }

  async predict(x: Float32Array, rows: number, _threads: number): Promise<Float32Array> {
    checkLength('x', rows * this.#plan.inputs, x.length)
    const { outputs: units } = this.#plan
    const result = new Float32Array(rows * units)
    await this.#eachBlock(x, rows, (first, count, outputs) => {
      result.set(outputs.subarray(0, count * units), first * units)
    })
    return result
  }

  dispose(): void {
    this.#bound = undefined
    this.#parameters = new Float32Array(0)
  }

  /** Takes blocks of rows forward, letting the event loop run in between. */
  async #eachBlock(
    x: Float32Array,
    rows: number,
    each: (first: number, count: number, outputs: Float32Array) => void,
  ): Promise<void> {
    const plan = this.#plan
    const batch = batchOf(plan, Math.min(BLOCK, rows), false)
    const { outputs } = batch.layers.at(-1) as LayerRows
    await breathe()
    const slice = new Slice()
    for (let first = 0; first < rows; first += BLOCK) {
      batch.count = Math.min(BLOCK, rows - first)
      batch.x.set(x.subarray(first * plan.inputs, (first + batch.count) * plan.inputs))
      await slice.finish(forward(plan, this.#parameters, batch, [], 0))
      each(first, batch.count, outputs)
      if (slice.isOver) await slice.rest()
    }
  }

  #ready(): Bound {
    if (this.#bound === undefined) throw plainError('ERR_INTERNAL', 'no rows are bound to the trainer')
    return this.#bound
  }
}

function notFinite(epoch: number, step: number): Error {
  const advice = 'a smaller learning rate or clipNorm may help'
  return plainError(
    'ERR_NOT_FINITE',
    `training met NaN or infinity in epoch ${epoch}, batch ${step}; ${advice}`,
  )
}
