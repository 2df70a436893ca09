import { ln } from '../../../math/special.js'
import type { Rows } from './data.js'
import { exp, log1p, sigmoid } from './functions.js'
import type { Plan } from './network.js'

const f = Math.fround

/** What the rows so far add to the totals; written by `scoreRow`. */
export interface Score {
  loss: number
  correct: number
}

/** The factor before a row's gradient: 1 over the number of outputs where a row's loss is their mean. */
export function lossFactor(plan: Plan): number {
  if (plan.loss === 'softmaxCrossEntropy') return 1
  return (plan.loss === 'meanSquaredError' ? 2 : 1) / plan.outputs
}

/**
 * Scores the outputs from `at` on against the target of `row`, and writes `factor` times the derivatives of their loss
 * (without `lossFactor`) to the same places of `gradient`.
 */
export function scoreRow(
  plan: Plan,
  outputs: Float32Array,
  at: number,
  data: Rows,
  row: number,
  factor: number,
  gradient: Float32Array,
  score: Score,
): void {
  const weight = data.weights === undefined ? 1 : (data.weights[row] as number)
  const scaled = f(factor * weight)
  if (plan.loss === 'softmaxCrossEntropy') scoreSoftmax(plan, outputs, at, data, row, scaled, gradient, score)
  else scoreElements(plan, outputs, at, data, row, scaled, gradient, score)
  score.loss *= weight
}

/** The place of the largest of `n` values; the first of several. */
function largest(values: Float32Array, at: number, n: number): number {
  let best = 0
  for (let j = 1; j < n; j++) if ((values[at + j] as number) > (values[at + best] as number)) best = j
  return best
}

function scoreSoftmax(
  plan: Plan,
  outputs: Float32Array,
  at: number,
  data: Rows,
  row: number,
  factor: number,
  gradient: Float32Array,
  score: Score,
): void {
  const n = plan.outputs
  const best = largest(outputs, at, n)
  const shift = outputs[at + best] as number
  let total = 0
  for (let j = at; j < at + n; j++) {
    const e = exp(f((outputs[j] as number) - shift))
    gradient[j] = e
    total += e
  }
  const logTotal = Number.isNaN(total) ? total : ln(total)
  const single = f(total)
  const { labels, values } = data
  if (labels !== undefined) {
    const label = labels[row] as number
    score.loss = labelGradient(plan, outputs, at, label, factor, single, logTotal, shift, gradient)
    score.correct = best === label && !Number.isNaN(total) ? 1 : 0
  } else {
    const targets = values as Float32Array
    score.loss = softGradient(plan, outputs, at, targets, row * n, factor, single, logTotal, shift, gradient)
    score.correct = best === largest(targets, row * n, n) && !Number.isNaN(total) ? 1 : 0
  }
}

/** Against a class; `gradient` holds the exponentials. */
function labelGradient(
  plan: Plan,
  outputs: Float32Array,
  at: number,
  label: number,
  factor: number,
  total: number,
  logTotal: number,
  shift: number,
  gradient: Float32Array,
): number {
  const n = plan.outputs
  const everywhere = plan.labelSmoothing / n
  const off = f(everywhere)
  const on = f(1 - plan.labelSmoothing + everywhere)
  let sum = 0
  for (let j = 0; j < n; j++) {
    const p = f((gradient[at + j] as number) / total)
    gradient[at + j] = factor * f(p - (j === label ? on : off))
    sum += logTotal - ((outputs[at + j] as number) - shift)
  }
  const loss = (1 - plan.labelSmoothing) * (logTotal - ((outputs[at + label] as number) - shift))
  return plan.labelSmoothing > 0 ? loss + everywhere * sum : loss
}

/** Against a distribution; `gradient` holds the exponentials. */
function softGradient(
  plan: Plan,
  outputs: Float32Array,
  at: number,
  targets: Float32Array,
  targetAt: number,
  factor: number,
  total: number,
  logTotal: number,
  shift: number,
  gradient: Float32Array,
): number {
  const n = plan.outputs
  const everywhere = plan.labelSmoothing / n
  const keep = 1 - plan.labelSmoothing
  let mass = 0
  for (let j = 0; j < n; j++) mass += (targets[targetAt + j] as number) * keep + everywhere
  mass = f(mass)
  let loss = 0
  for (let j = 0; j < n; j++) {
    const t = (targets[targetAt + j] as number) * keep + everywhere
    const p = f((gradient[at + j] as number) / total)
    gradient[at + j] = factor * f(f(mass * p) - f(t))
    loss += t * (logTotal - ((outputs[at + j] as number) - shift))
  }
  return loss
}

/** A loss that is a mean over the outputs: the value of one of them, with its derivative in `slope`. */
type Element = (y: number, t: number, parameter: number) => number

let slope = 0

function sign(x: number): number {
  return x > 0 ? 1 : x < 0 ? -1 : x
}

function abs(x: number): number {
  return x < 0 ? -x : x
}

const ELEMENTS: Record<Exclude<Plan['loss'], 'softmaxCrossEntropy'>, Element> = {
  sigmoidCrossEntropy(z, target, smoothing) {
    const t = f(f(target * f(1 - smoothing)) + f(0.5 * smoothing))
    const value = f(f((z < 0 ? 0 : z) - f(z * t)) + log1p(exp(-abs(z))))
    slope = f(sigmoid(z) - t)
    return value
  },
  meanSquaredError(y, t) {
    slope = f(y - t)
    return f(slope * slope)
  },
  meanAbsoluteError(y, t) {
    const e = f(y - t)
    slope = sign(e)
    return abs(e)
  },
  huber(y, t, threshold) {
    const delta = f(threshold)
    const e = f(y - t)
    const a = abs(e)
    slope = a <= delta ? e : f(sign(e) * delta)
    return a <= delta ? f(f(e * e) * 0.5) : f(f(a - f(0.5 * threshold)) * delta)
  },
  hinge(y, t) {
    const margin = f(1 - f(y * t))
    slope = margin > 0 ? -t : 0
    return margin <= 0 ? 0 : margin
  },
}

function scoreElements(
  plan: Plan,
  outputs: Float32Array,
  at: number,
  data: Rows,
  row: number,
  factor: number,
  gradient: Float32Array,
  score: Score,
): void {
  const n = plan.outputs
  const targets = data.values as Float32Array
  const element = ELEMENTS[plan.loss as Exclude<Plan['loss'], 'softmaxCrossEntropy'>]
  const parameter = plan.loss === 'huber' ? plan.huberDelta : plan.labelSmoothing
  let sum = 0
  for (let j = 0; j < n; j++) {
    sum += element(outputs[at + j] as number, targets[row * n + j] as number, parameter)
    gradient[at + j] = slope * factor
  }
  score.loss = sum / n
  score.correct = correctShare(plan, outputs, at, data, row)
}

/**
 * The share of the outputs that decide as the targets do: the largest of several where classes exclude each other,
 * else the side of the threshold that each lies on. A NaN decides wrongly, a regression nothing.
 */
function correctShare(plan: Plan, outputs: Float32Array, at: number, data: Rows, row: number): number {
  if (plan.loss !== 'sigmoidCrossEntropy' && plan.loss !== 'hinge') return 0
  const threshold = plan.loss === 'hinge' ? 0 : 0.5
  const n = plan.outputs
  if (data.labels !== undefined && n > 1) {
    const chosen = largest(outputs, at, n) === data.labels[row]
    return chosen && !outputs.subarray(at, at + n).some(Number.isNaN) ? 1 : 0
  }
  const targets = data.values as Float32Array
  let agree = 0
  for (let j = 0; j < n; j++) {
    const z = outputs[at + j] as number
    if (!Number.isNaN(z) && z > 0 === (targets[row * n + j] as number) > threshold) agree++
  }
  return agree / n
}
