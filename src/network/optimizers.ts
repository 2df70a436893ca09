import type { OptimizerSpec } from '../engine/trainer.js'
import { typeError, wrongType } from '../errors.js'
import {
  belowOne,
  boolean,
  integer,
  nonNegativeSingle,
  positive,
  probability,
  readOptions,
  single,
} from '../validate.js'
import { type RateTable, readSchedule, type Schedule } from './schedules.js'

/** An update rule with its learning rate; made by `sgd`, `adam`, `adamW` and `rmsprop`. */
export interface Optimizer extends OptimizerSpec {
  /** Rate before the schedule's factor. */
  readonly learningRate: number
  /** Factor of the learning rate as a function of the step. */
  readonly schedule: Schedule | undefined
}

/** What every optimizer takes. */
export interface OptimizerOptions {
  /** Step size, >= 0. */
  learningRate?: number | undefined
  /** Multiplies the learning rate step by step; see `cosineDecay`, `oneCycle`, ... */
  schedule?: Schedule | RateTable | undefined
  /** Decay of kernels and biases, >= 0, added to the gradient after clipping; default 0. */
  weightDecay?: number | undefined
  /** Bound on the 2-norm of the gradient of all parameters together, as torch's `clip_grad_norm_`; default none. */
  clipNorm?: number | undefined
  /** Bound on the size of every element of the gradient; default none. */
  clipValue?: number | undefined
  /** Batches whose gradients are averaged before one update, >= 1; default 1. */
  accumulate?: number | undefined
}

export interface SgdOptions extends OptimizerOptions {
  /** Share of the last update direction that is kept, >= 0; default 0. The first buffer is the gradient itself. */
  momentum?: number | undefined
  /** Share of the gradient that does not enter the momentum; default 0. */
  dampening?: number | undefined
  /** Nesterov's look-ahead; needs momentum and no dampening. */
  nesterov?: boolean | undefined
  /** Weight decay shrinks the weights by `1 - learningRate * weightDecay` instead of joining the gradient. */
  decoupled?: boolean | undefined
}

export interface AdamOptions extends OptimizerOptions {
  /** Decay of the mean of gradients, in [0, 1); default 0.9. */
  beta1?: number | undefined
  /** Decay of the mean of squared gradients, in [0, 1); default 0.999. */
  beta2?: number | undefined
  /** Added to the root of the second moment; default 1e-8. */
  epsilon?: number | undefined
}

export interface RmspropOptions extends OptimizerOptions {
  /** Decay of the mean of squared gradients, in [0, 1]; default 0.99. */
  alpha?: number | undefined
  /** Share of the last update direction that is kept, >= 0; default 0. */
  momentum?: number | undefined
  /** Added to the root of the mean square; default 1e-8. */
  epsilon?: number | undefined
}

const SHARED = ['learningRate', 'schedule', 'weightDecay', 'clipNorm', 'clipValue', 'accumulate'] as const

const NONE: Omit<OptimizerSpec, 'kind'> = {
  momentum: 0,
  dampening: 0,
  nesterov: false,
  weightDecay: 0,
  decoupled: false,
  beta1: 0,
  beta2: 0,
  alpha: 0,
  epsilon: 0,
  clipNorm: 0,
  clipValue: 0,
  accumulate: 1,
}

function shared(o: Record<string, unknown>, learningRate: number, weightDecay = 0) {
  return {
    learningRate: nonNegativeSingle(o['learningRate'] ?? learningRate, 'learningRate'),
    schedule: readSchedule(o['schedule']),
    weightDecay: nonNegativeSingle(o['weightDecay'] ?? weightDecay, 'weightDecay'),
    clipNorm: o['clipNorm'] === undefined ? 0 : positive(o['clipNorm'], 'clipNorm'),
    clipValue: o['clipValue'] === undefined ? 0 : positive(o['clipValue'], 'clipValue'),
    accumulate: integer(o['accumulate'] ?? 1, 'accumulate', 1, 2 ** 32 - 1),
  }
}

/**
 * Stochastic gradient descent with torch's formulas and defaults (`torch.optim.SGD`, learningRate 0.01): with the
 * gradient g and momentum m the buffer is `b = m b + (1 - dampening) g`, first g itself, and the update
 * `w -= learningRate * b` (Nesterov: `g + m b`).
 *
 * @throws `ERR_INVALID_ARGUMENT` for an unknown option or a value out of its range.
 */
export function sgd(options: SgdOptions = {}): Optimizer {
  const o = readOptions(options, [...SHARED, 'momentum', 'dampening', 'nesterov', 'decoupled'])
  const momentum = nonNegativeSingle(o['momentum'] ?? 0, 'momentum')
  const dampening = single(o['dampening'] ?? 0, 'dampening')
  const nesterov = boolean(o['nesterov'] ?? false, 'nesterov')
  if (nesterov && (momentum === 0 || dampening !== 0)) {
    throw typeError('ERR_INVALID_ARGUMENT', 'nesterov needs a momentum > 0 and dampening 0')
  }
  const decoupled = boolean(o['decoupled'] ?? false, 'decoupled')
  return made({ ...NONE, ...shared(o, 0.01), kind: 'sgd', momentum, dampening, nesterov, decoupled })
}

function adamLike(kind: 'adam' | 'adamW', options: AdamOptions, weightDecay: number): Optimizer {
  const o = readOptions(options, [...SHARED, 'beta1', 'beta2', 'epsilon'])
  return made({
    ...NONE,
    ...shared(o, 0.001, weightDecay),
    kind,
    beta1: belowOne(o['beta1'] ?? 0.9, 'beta1'),
    beta2: belowOne(o['beta2'] ?? 0.999, 'beta2'),
    epsilon: nonNegativeSingle(o['epsilon'] ?? 1e-8, 'epsilon'),
    decoupled: kind === 'adamW',
  })
}

/**
 * Adam (Kingma and Ba 2015) with torch's formulas and defaults (`torch.optim.Adam`): bias-corrected moments, weight
 * decay added to the gradient.
 *
 * @throws `ERR_INVALID_ARGUMENT` for an unknown option or a value out of its range.
 */
export function adam(options: AdamOptions = {}): Optimizer {
  return adamLike('adam', options, 0)
}

/**
 * AdamW (Loshchilov and Hutter 2019), as `torch.optim.AdamW`: Adam with the weights shrunk by
 * `1 - learningRate * weightDecay` before each update; weightDecay defaults to 0.01.
 *
 * @throws `ERR_INVALID_ARGUMENT` for an unknown option or a value out of its range.
 */
export function adamW(options: AdamOptions = {}): Optimizer {
  return adamLike('adamW', options, 0.01)
}

/**
 * RMSprop (Hinton 2012) as `torch.optim.RMSprop`, learningRate 0.01: the gradient is divided by `sqrt(v) + epsilon`,
 * v the running mean of its square.
 *
 * @throws `ERR_INVALID_ARGUMENT` for an unknown option or a value out of its range.
 */
export function rmsprop(options: RmspropOptions = {}): Optimizer {
  const o = readOptions(options, [...SHARED, 'alpha', 'momentum', 'epsilon'])
  return made({
    ...NONE,
    ...shared(o, 0.01),
    kind: 'rmsprop',
    alpha: probability(o['alpha'] ?? 0.99, 'alpha'),
    momentum: nonNegativeSingle(o['momentum'] ?? 0, 'momentum'),
    epsilon: nonNegativeSingle(o['epsilon'] ?? 1e-8, 'epsilon'),
  })
}

/** Optimizers of this module: everything about them has been checked. */
const OPTIMIZERS = new WeakSet<object>()

function made(optimizer: Optimizer): Optimizer {
  OPTIMIZERS.add(optimizer)
  return Object.freeze(optimizer)
}

const FACTORIES = { sgd, adam, adamW, rmsprop }

/** An optimizer from `sgd()` and its kin, or its bare name for the defaults. */
export function readOptimizer(value: unknown): Optimizer {
  if (value === undefined) return sgd()
  if (typeof value === 'string' && Object.hasOwn(FACTORIES, value))
    return FACTORIES[value as keyof typeof FACTORIES]()
  if (OPTIMIZERS.has(value as object)) return value as Optimizer
  const allowed = "sgd(), adam(), adamW() or rmsprop(), or one of the names 'sgd', 'adam', 'adamW', 'rmsprop'"
  throw wrongType('optimizer', `made by ${allowed}`, value)
}
