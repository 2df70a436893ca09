import type {
  EpochTotals,
  Evaluation,
  Position,
  RunSpec,
  Trainer,
  TrainerData,
  TrainerSpec,
} from '../trainer.js'
import type { Addon } from './addon.js'
import { translated, translatedAsync } from './errors.js'

/** A network trained by the addon, on at most `threads` threads. */
export function nativeTrainer(addon: Addon, threads: number, spec: TrainerSpec): Trainer {
  return new NativeTrainer(addon, threads, spec)
}

type Rows = [
  x: Float32Array,
  rows: number,
  labels: Int32Array | undefined,
  targets: Float32Array | undefined,
  weights: Float32Array | undefined,
]

function rowsOf(data: TrainerData): Rows {
  return [data.x, data.rows, data.labels, data.targets, data.weights]
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
    this.parameterCount = this.getParameters().length
  }

  getParameters(): Float32Array {
    return translated(() => this.#trainer.getParameters())
  }

  setParameters(values: Float32Array): void {
    translated(() => this.#trainer.setParameters(values))
  }

  getState(): Float32Array {
    return translated(() => this.#trainer.getState())
  }

  setState(values: Float32Array): void {
    translated(() => this.#trainer.setState(values))
  }

  /** Upper bound on threads; 0 asks for the default. */
  #bounded(threads: number): number {
    return threads === 0 ? this.#threads : threads
  }

  bind(data: TrainerData, run: RunSpec): void {
    const { optimizer, threads, ...batches } = run
    const plan = { ...optimizer, ...batches, threads: this.#bounded(threads) }
    translated(() => this.#trainer.bind(...rowsOf(data), plan))
  }

  async run(
    from: Position,
    rates: Float64Array,
    milliseconds: number,
  ): Promise<{ steps: number; totals: EpochTotals }> {
    const { steps, ...totals } = await translatedAsync(async () =>
      this.#trainer.run(from.epoch, from.step, rates, milliseconds),
    )
    return { steps, totals }
  }

  setTotals(totals: EpochTotals): void {
    translated(() => this.#trainer.setTotals(totals.rows, totals.loss, totals.correct))
  }

  async evaluate(data: TrainerData, threads: number): Promise<Evaluation> {
    const limit = this.#bounded(threads)
    const { rows, loss, correct } = await translatedAsync(async () =>
      this.#trainer.evaluate(...rowsOf(data), limit),
    )
    return { rows, loss, correct }
  }

  predict(x: Float32Array, rows: number, threads: number): Promise<Float32Array> {
    return translatedAsync(async () => this.#trainer.predict(x, rows, this.#bounded(threads)))
  }

  dispose(): void {
    this.#trainer.dispose()
  }
}
