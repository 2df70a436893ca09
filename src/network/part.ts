import type { RowsSpec, TrainerData } from '../engine/trainer.js'
import { typeError } from '../errors.js'
import { allocate } from '../validate.js'
import { Rows } from './rows.js'

/** A part being filled. */
export class Part {
  readonly #spec: RowsSpec
  readonly #size: number
  readonly #x: Float32Array
  readonly #labels: Int32Array | undefined
  readonly #targets: Float32Array | undefined
  readonly #weights: Float32Array
  #weighted = false
  #count = 0

  constructor(spec: RowsSpec, size: number, like: TrainerData) {
    this.#spec = spec
    this.#size = size
    const zeros = (length: number) => allocate(`${size} rows`, () => new Float32Array(length))
    this.#x = zeros(size * spec.inputs)
    this.#labels = like.labels && new Int32Array(zeros(size).buffer)
    this.#targets = like.targets && zeros(size * spec.units)
    this.#weights = zeros(size).fill(1)
  }

  get full(): boolean {
    return this.#count === this.#size
  }

  /** Copies rows from `from` on, as many as fit; how many those were. */
  take(data: TrainerData, from: number): number {
    const { inputs, units } = this.#spec
    const at = this.#count
    const end = Math.min(data.rows, from + this.#size - at)
    this.#x.set(data.x.subarray(from * inputs, end * inputs), at * inputs)
    if ((data.labels === undefined) !== (this.#labels === undefined)) throw mixed()
    if (data.labels) this.#labels?.set(data.labels.subarray(from, end), at)
    if (data.targets) this.#targets?.set(data.targets.subarray(from * units, end * units), at * units)
    if (data.weights) this.#weights.set(data.weights.subarray(from, end), at)
    this.#weighted ||= data.weights !== undefined
    this.#count += end - from
    return end - from
  }

  rows(): Rows {
    const [labels, targets] = [this.#labels, this.#targets]
    const whole = new Rows(this.#spec, {
      x: this.#x,
      rows: this.#size,
      ...(labels && { labels }),
      ...(targets && { targets }),
      ...(this.#weighted && { weights: this.#weights }),
    })
    return this.full ? whole : whole.slice(0, this.#count)
  }
}

function mixed(): Error {
  return typeError('ERR_INVALID_ARGUMENT', 'batches of a source must all have labels, or all have targets')
}
