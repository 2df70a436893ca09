import type { OptimizerSpec } from '../../trainer.js'

const f = Math.fround

/** What is different in every update. */
export interface Update {
  /** Number of this update, from 1. */
  readonly count: number
  readonly rate: number
  /** Factor of every gradient that bounds their norm. */
  readonly clip: number
}

/** Parameters with their gradient and what the rule remembers, all laid out alike. */
export interface Memory {
  readonly values: Float32Array
  readonly gradient: Float32Array
  readonly slots: readonly Float32Array[]
}

/** Updates parameters `start` to `end`: torch's formulas, rounded to f32 after every operation. */
export function applyUpdate(
  spec: OptimizerSpec,
  update: Update,
  memory: Memory,
  start: number,
  end: number,
): void {
  if (spec.kind === 'sgd') applySgd(spec, update, memory, start, end)
  else if (spec.kind === 'rmsprop') applyRmsprop(spec, update, memory, start, end)
  else applyAdam(spec, update, memory, start, end)
}

/** Factor of the parameter that joins the gradient, and the one that shrinks the parameter. */
function decayOf(spec: OptimizerSpec, rate: number): [coupled: number, shrink: number] {
  return spec.decoupled ? [0, f(1 - rate * spec.weightDecay)] : [f(spec.weightDecay), 1]
}

function applySgd(spec: OptimizerSpec, update: Update, memory: Memory, start: number, end: number): void {
  const { values, gradient, slots } = memory
  const [coupled, shrink] = decayOf(spec, update.rate)
  const rate = f(update.rate)
  const momentum = f(spec.momentum)
  const fresh = update.count === 1 ? 1 : f(1 - spec.dampening)
  const buffer = slots[0]
  for (let i = start; i < end; i++) {
    const value = values[i] as number
    const g = f(f((gradient[i] as number) * update.clip) + f(value * coupled))
    let direction = g
    if (buffer !== undefined) {
      const b = f(f(momentum * (buffer[i] as number)) + f(fresh * g))
      buffer[i] = b
      direction = spec.nesterov ? f(g + f(momentum * b)) : b
    }
    values[i] = f(value * shrink) - f(rate * direction)
  }
}

function applyAdam(spec: OptimizerSpec, update: Update, memory: Memory, start: number, end: number): void {
  const { values, gradient, slots } = memory
  const [mean, squares] = slots as [Float32Array, Float32Array]
  const [coupled, shrink] = decayOf(spec, update.rate)
  const rate = f(update.rate / (1 - power(spec.beta1, update.count)))
  const fresh1 = f(1 - spec.beta1)
  const beta2 = f(spec.beta2)
  const fresh2 = f(1 - spec.beta2)
  const root = f(Math.sqrt(1 - power(spec.beta2, update.count)))
  const epsilon = f(spec.epsilon)
  for (let i = start; i < end; i++) {
    const value = values[i] as number
    const g = f(f((gradient[i] as number) * update.clip) + f(value * coupled))
    const m = f((mean[i] as number) + f(fresh1 * f(g - (mean[i] as number))))
    const v = f(f(beta2 * (squares[i] as number)) + f(fresh2 * f(g * g)))
    mean[i] = m
    squares[i] = v
    values[i] = f(value * shrink) - f(rate * f(m / f(f(f(Math.sqrt(v)) / root) + epsilon)))
  }
}

function applyRmsprop(spec: OptimizerSpec, update: Update, memory: Memory, start: number, end: number): void {
  const { values, gradient, slots } = memory
  const [squares, buffer] = slots as [Float32Array, Float32Array?]
  const [coupled, shrink] = decayOf(spec, update.rate)
  const rate = f(update.rate)
  const alpha = f(spec.alpha)
  const fresh = f(1 - spec.alpha)
  const epsilon = f(spec.epsilon)
  const momentum = f(spec.momentum)
  for (let i = start; i < end; i++) {
    const value = values[i] as number
    const g = f(f((gradient[i] as number) * update.clip) + f(value * coupled))
    const v = f(f(alpha * (squares[i] as number)) + f(fresh * f(g * g)))
    squares[i] = v
    let direction = f(g / f(f(Math.sqrt(v)) + epsilon))
    if (buffer !== undefined) {
      direction = f(f(momentum * (buffer[i] as number)) + direction)
      buffer[i] = direction
    }
    values[i] = f(value * shrink) - f(rate * direction)
  }
}

/** base^n by squaring, least significant bit of n first. */
function power(base: number, n: number): number {
  let product = 1
  let square = base
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) product *= square
    square *= square
  }
  return product
}
