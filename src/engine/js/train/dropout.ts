import { streamKey, type StreamKey } from '../../../math/stream.js'
import { fillBernoulli } from '../integers.js'
import type { Plan } from './network.js'
import type { LayerRows } from './rows.js'

/** The mask of one layer in one epoch: the row in place p of the epoch's order takes elements p * units and on. */
export interface Dropout {
  readonly stream: StreamKey
  readonly rate: number
  /** Factor of an output that is kept. */
  readonly scale: number
  /** Rows of the epoch before those that are bound. */
  readonly first: number
}

/** The masks of every layer, `undefined` where nothing is dropped, for rows from place `first` of the epoch on. */
export function dropoutOf(plan: Plan, epoch: number, first: number): (Dropout | undefined)[] {
  return plan.layers.map(({ name, dropout }) => {
    if (dropout === 0) return undefined
    const stream = streamKey(plan.seed, `${name}/dropout/${epoch}`)
    return { stream, rate: dropout, scale: Math.fround(1 / (1 - dropout)), first }
  })
}

/** Drops outputs of the `count` rows from `place` of the bound rows' order on. */
export function drop(
  dropout: Dropout,
  place: number,
  count: number,
  units: number,
  rows: LayerRows,
  memory: Uint8Array,
): void {
  const { outputs, slopes } = rows
  const mask = memory.subarray(0, count * units)
  fillBernoulli(mask, dropout.stream, (dropout.first + place) * units, dropout.rate)
  for (let i = 0; i < mask.length; i++) {
    const scale = mask[i] === 1 ? 0 : dropout.scale
    outputs[i] = (outputs[i] as number) * scale
    slopes[i] = (slopes[i] as number) * scale
  }
}
