import type { Layer, Plan } from './network.js'

const f = Math.fround

/** Partial sums of a row, as the native engine has them. */
const PARTIALS = 8

const partial = new Float64Array(PARTIALS)

/** Adds the derivative of `l1 sum |w| + l2 sum w^2` to the kernel's gradient, times `share`. */
export function addPenaltyGradient(
  layer: Layer,
  share: number,
  values: Float32Array,
  gradient: Float32Array,
): void {
  const l1 = f(layer.l1 * share)
  const l2 = f(2 * layer.l2 * share)
  for (let i = layer.kernelAt; i < layer.biasAt; i++) {
    const w = values[i] as number
    const sign = w > 0 ? l1 : w < 0 ? -l1 : 0
    gradient[i] = (gradient[i] as number) + f(sign + f(l2 * w))
  }
}

/** Keeps gradients `start` to `end` within `bound`. */
export function clipValues(bound: number, gradient: Float32Array, start: number, end: number): void {
  const limit = f(bound)
  for (let i = start; i < end; i++) {
    const g = gradient[i] as number
    gradient[i] = g < -limit ? -limit : g > limit ? limit : g
  }
}

/** What the kernels add to the loss. */
export function penalty(plan: Plan, values: Float32Array): number {
  let total = 0
  for (const { l1, l2, units, kernelAt, biasAt } of plan.layers) {
    if (l1 === 0 && l2 === 0) continue
    let absolute = 0
    let squared = 0
    for (let at = kernelAt; at < biasAt; at += units) {
      absolute += rowSum(values, at, units, false)
      squared += rowSum(values, at, units, true)
    }
    total += l1 * absolute + l2 * squared
  }
  return total
}

/** Factor that brings the 2-norm of all gradients together to `bound` where it is above (`clip_grad_norm_` of torch). */
export function normFactor(plan: Plan, gradient: Float32Array, bound: number): number {
  let squared = 0
  for (const { trainable, units, kernelAt, end } of plan.layers) {
    if (!trainable) continue
    for (let at = kernelAt; at < end; at += units) squared += rowSum(gradient, at, units, true)
  }
  const factor = bound / (Math.sqrt(squared) + 1e-6)
  return factor < 1 ? f(factor) : 1
}

/** Sum of a row's squares or magnitudes: partial sum j mod 8 in ascending order of j, then l and l + 4, + 2, + 1. */
function rowSum(values: Float32Array, at: number, length: number, squares: boolean): number {
  partial.fill(0)
  for (let j = 0; j < length; j++) {
    const x = values[at + j] as number
    partial[j % PARTIALS] = (partial[j % PARTIALS] as number) + (squares ? x * x : Math.abs(x))
  }
  for (let half = PARTIALS / 2; half >= 1; half /= 2) {
    for (let l = 0; l < half; l++) partial[l] = (partial[l] as number) + (partial[l + half] as number)
  }
  return partial[0] as number
}
