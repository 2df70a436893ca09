import type { Totals, RunSpec } from '../../trainer.js'
import { accumulate, backward } from './backward.js'
import type { Rows } from './data.js'
import type { Dropout } from './dropout.js'
import { forward } from './forward.js'
import { lossFactor, scoreRow, type Score } from './loss.js'
import type { Layer, Plan } from './network.js'
import { applyUpdate, type Update } from './optimizer.js'
import { addPenaltyGradient, clipValues, normFactor, penalty } from './regularize.js'
import type { Batch, LayerRows } from './rows.js'

/** Rows to train on, with every workspace of the run. */
export interface Bound {
  readonly run: RunSpec
  readonly data: Rows
  /** Whether the update is the weight gradient's own product. */
  readonly plain: boolean
  readonly order: Uint32Array
  orderEpoch: number | undefined
  readonly batch: Batch
  /** Laid out as the parameters; empty for plain gradient descent. */
  readonly gradient: Float32Array
  readonly slots: readonly Float32Array[]
  /** Updates so far. */
  updates: number
  /** Batches whose gradients wait for an update. */
  pending: number
}

const score: Score = { loss: 0, correct: 0 }

/**
 * Trains on batch `index` of the epoch, in pieces of a few milliseconds. Between them the parameters may be those of no
 * batch.
 *
 * @returns sums over the batch's rows, or undefined if the loss is not finite, with the parameters as they were
 */
export function* takeStep(
  plan: Plan,
  parameters: Float32Array,
  bound: Bound,
  dropout: readonly (Dropout | undefined)[],
  index: number,
  rate: number,
): Generator<void, Totals | undefined> {
  const { run, data, batch, plain } = bound
  const place = index * run.batchSize
  batch.count = Math.min(run.batchSize, data.rows - place)
  const group = groupOf(bound, index)
  const base = lossFactor(plan) / batch.count
  gather(plan, bound, place)
  yield* forward(plan, parameters, batch, dropout, place)
  const totals = scoreBatch(plan, bound, place, Math.fround(base * (plain ? -rate : 1 / group.size)))
  const loss = plan.regularized ? totals.loss + batch.count * penalty(plan, parameters) : totals.loss
  if (!Number.isFinite(loss)) return undefined
  yield* backward(plan, parameters, batch)
  if (plain) for (const [l, layer] of trainable(plan)) yield* accumulate(layer, batch, l, parameters)
  else yield* descend(plan, parameters, bound, group, rate)
  bound.updates += group.complete ? 1 : 0
  bound.pending = group.complete ? 0 : bound.pending + 1
  return { ...totals, loss }
}

/** Batches that share an update are counted from the epoch's start; the last group may be short. */
function groupOf(bound: Bound, index: number): { size: number; complete: boolean } {
  const { accumulate } = bound.run.optimizer
  const batches = Math.ceil(bound.data.rows / bound.run.batchSize)
  const first = index - (index % accumulate)
  const size = Math.min(accumulate, batches - first)
  return { size, complete: index + 1 === first + size }
}

function trainable(plan: Plan): [number, Layer][] {
  return [...plan.layers.entries()].filter(([, layer]) => layer.trainable)
}

function gather(plan: Plan, bound: Bound, place: number): void {
  const { inputs } = plan
  const { batch, data, order } = bound
  for (let r = 0; r < batch.count; r++) {
    const first = (order[place + r] as number) * inputs
    batch.x.set(data.x.subarray(first, first + inputs), r * inputs)
  }
}

/** Losses of the batch, with their derivatives by the outputs as the last layer's deltas. */
function scoreBatch(plan: Plan, bound: Bound, place: number, factor: number): Totals {
  const { batch, data, order } = bound
  const { outputs, deltas } = batch.layers.at(-1) as LayerRows
  let loss = 0
  let correct = 0
  for (let r = 0; r < batch.count; r++) {
    scoreRow(plan, outputs, r * plan.outputs, data, order[place + r] as number, factor, deltas, score)
    loss += score.loss
    correct += score.correct
  }
  return { rows: batch.count, loss, correct }
}

/** Gradients in full, and the rule's update where the group of batches is complete. */
function* descend(
  plan: Plan,
  values: Float32Array,
  bound: Bound,
  group: { size: number; complete: boolean },
  rate: number,
): Generator<void, void> {
  const { batch, gradient, slots, run } = bound
  const { optimizer } = run
  if (bound.pending === 0) gradient.fill(0)
  const layers = trainable(plan)
  for (const [l, layer] of layers) {
    yield* accumulate(layer, batch, l, gradient)
    if (layer.l1 > 0 || layer.l2 > 0) addPenaltyGradient(layer, 1 / group.size, values, gradient)
    if (group.complete && optimizer.clipValue > 0) {
      clipValues(optimizer.clipValue, gradient, layer.kernelAt, layer.end)
    }
  }
  if (!group.complete) return
  const clip = optimizer.clipNorm > 0 ? normFactor(plan, gradient, optimizer.clipNorm) : 1
  const update: Update = { count: bound.updates + 1, rate, clip }
  for (const [, layer] of layers) {
    yield
    applyUpdate(optimizer, update, { values, gradient, slots }, layer.kernelAt, layer.end)
  }
}
