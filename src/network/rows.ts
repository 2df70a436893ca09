import type { Engine } from '../engine/engine.js'
import type { RowsSpec, TrainerData, TrainerRows } from '../engine/trainer.js'
import { rangeError } from '../errors.js'

/**
 * Rows that there must be some of.
 *
 * @throws `ERR_INVALID_ARGUMENT`
 */
export function someRows(rows: Rows, argument: string): Rows {
  if (rows.count > 0) return rows
  throw rangeError('ERR_INVALID_ARGUMENT', `${argument} must have at least one row, got none`)
}

/** Checked rows of a network's kind. An engine that needs them copies them once, however many networks read them. */
export class Rows {
  readonly data: TrainerData
  readonly spec: RowsSpec
  readonly #copies = new Map<Engine, TrainerRows>()

  constructor(spec: RowsSpec, data: TrainerData) {
    this.spec = spec
    this.data = data
  }

  /** Number of rows. */
  get count(): number {
    return this.data.rows
  }

  /** The rows in an engine's memory. */
  on(engine: Engine): TrainerRows {
    const known = this.#copies.get(engine)
    if (known !== undefined) return known
    const copy = engine.rows(this.spec, this.data)
    this.#copies.set(engine, copy)
    return copy
  }

  /** Frees the copies, once no trainer uses them; a later use makes new ones. */
  dispose(): void {
    for (const copy of this.#copies.values()) copy.dispose()
    this.#copies.clear()
  }

  /** Rows `start` up to `end`. */
  slice(start: number, end: number): Rows {
    return new Rows(this.spec, sliceRows(this.data, start, end))
  }

  /** The same rows with weights in the loss. */
  weighted(weights: Float32Array): Rows {
    return new Rows(this.spec, { ...this.data, weights })
  }
}

/** Rows `start` up to `end` as views. */
function sliceRows(data: TrainerData, start: number, end: number): TrainerData {
  const inputs = data.rows === 0 ? 0 : data.x.length / data.rows
  const units = data.targets && data.rows > 0 ? data.targets.length / data.rows : 0
  return {
    x: data.x.subarray(start * inputs, end * inputs),
    rows: end - start,
    ...(data.labels && { labels: data.labels.subarray(start, end) }),
    ...(data.targets && { targets: data.targets.subarray(start * units, end * units) }),
    ...(data.weights && { weights: data.weights.subarray(start, end) }),
  }
}
