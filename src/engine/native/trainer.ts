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
} from '../trainer.js'
import { ownArray } from '../../realm.js'
import { allocate } from '../../validate.js'
import type { Addon } from './addon.js'
import { translated, translatedAsync } from './errors.js'

/** A network trained by the addon, on at most `threads` threads. */
export function nativeTrainer(addon: Addon, threads: number, spec: TrainerSpec): Trainer {
  return new NativeTrainer(addon, threads, spec)
}

interface NativeRows extends TrainerRows {
  readonly native: InstanceType<Addon['NativeRows']>
}

/** Rows copied into the addon's memory. */
export function nativeRows(
  addon: Addon,
  threads: number,
  { inputs, units, loss }: RowsSpec,
  { x, rows, labels, targets, weights }: TrainerData,
): NativeRows {
  const copy = () => new addon.NativeRows(inputs, units, loss, x, rows, threads, labels, targets, weights)
  const native = translated(copy)
  return { rows, native, dispose: () => native.dispose() }
}

/** Rows, loss and right decisions, again and again. */
function triples(sums: Float64Array): Totals[] {
  return Array.from({ length: sums.length / 3 }, (_, i) => {
    const [rows = 0, loss = 0, correct = 0] = sums.subarray(3 * i, 3 * i + 3)
    return { rows, loss, correct }
  })
}

class NativeTrainer implements Trainer {
  readonly parameterCount: number
  readonly #trainer: InstanceType<Addon['NativeTrainer']>
  readonly #threads: number

  constructor(addon: Addon, threads: number, spec: TrainerSpec) {
    const { seed, layers, ...rest } = spec
    const seedLow = Number(BigInt.asUintN(32, seed))
    const seedHigh = Number(BigInt.asUintN(32, seed >> 32n))
    this.#trainer = translated(
      () => new addon.NativeTrainer({ ...rest, seedLow, seedHigh, layers: [...layers] }),
    )
    this.#threads = threads
    this.parameterCount = translated(() => this.#trainer.parameterCount())
  }

  getParameters(): Float32Array {
    const values = floatsOf(this.parameterCount)
    translated(() => this.#trainer.getParameters(values))
    return values
  }

  setParameters(values: Float32Array): void {
    translated(() => this.#trainer.setParameters(values))
  }

  getState(): Float32Array {
    return translated(() => {
      const state = floatsOf(this.#trainer.stateLength())
      this.#trainer.getState(state)
      return state
    })
  }

  setState(values: Float32Array): void {
    translated(() => this.#trainer.setState(values))
  }

  /** Upper bound on threads; 0 asks for the default. */
  #bounded(threads: number): number {
    return threads === 0 ? this.#threads : threads
  }

  bind(rows: TrainerRows, run: RunSpec): void {
    const { optimizer, threads, window, ...batches } = run
    const place = { window: window.number, first: window.first }
    const plan = { ...optimizer, ...batches, ...place, threads: this.#bounded(threads) }
    translated(() => this.#trainer.bind((rows as NativeRows).native, plan))
  }

  async run(
    from: Position,
    rates: Float64Array,
    milliseconds: number,
    validation?: Validation,
  ): Promise<Stretch> {
    const measured = validation && (validation.rows as NativeRows).native
    const threads = this.#bounded(validation?.threads ?? 0)
    const stretch = await translatedAsync(async () =>
      this.#trainer.run(from.epoch, from.step, rates, milliseconds, measured, threads),
    )
    const { steps, totals, validation: sums } = stretch
    return { steps, totals: triples(totals), validation: triples(sums) }
  }

  setTotals(totals: Totals): void {
    translated(() => this.#trainer.setTotals(totals.rows, totals.loss, totals.correct))
  }

  evaluate(rows: TrainerRows, threads: number): Promise<Totals> {
    const { native } = rows as NativeRows
    return translatedAsync(async () => this.#trainer.evaluate(native, this.#bounded(threads)))
  }

  predict(x: Float32Array, rows: number, threads: number): Promise<Float32Array> {
    // The addon's arrays are of the main realm, whichever the caller's is.
    return translatedAsync(async () =>
      ownArray(await this.#trainer.predict(x, rows, this.#bounded(threads))),
    ) as Promise<Float32Array>
  }

  dispose(): void {
    this.#trainer.dispose()
  }
}

function floatsOf(length: number): Float32Array {
  return allocate(`${length} parameters`, () => new Float32Array(length))
}
