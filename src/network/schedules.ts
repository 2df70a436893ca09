import { rangeError, wrongType } from '../errors.js'
import { isNumbers } from '../realm.js'
import {
  boolean,
  finite,
  integer,
  isArray,
  nonNegative,
  oneOf,
  positive,
  probability,
  readArray,
  readOptions,
} from '../validate.js'
import { cosPi, power } from './curves.js'

/**
 * How the learning rate changes: a pure function from time to a factor of the optimizer's `learningRate`. Time counts
 * batches from the start of training, or whole epochs with `unit: 'epoch'`; either way it goes on across `fit` calls
 * that continue with `initialEpoch`.
 */
export interface Schedule {
  readonly kind: string
  readonly unit: Unit
  /** Factor at time `t` = 0, 1, ... */
  factor(t: number): number
  /** The schedule's parameters: equal for schedules that do the same. */
  toJSON(): Record<string, unknown>
}

/** What a schedule's time counts. */
export type Unit = 'step' | 'epoch'

/** What every schedule takes. */
export interface ScheduleOptions {
  /** Default 'step': one batch. */
  unit?: Unit | undefined
}

class Curve implements Schedule {
  constructor(
    readonly kind: string,
    readonly unit: Unit,
    readonly parameters: Record<string, unknown>,
    readonly factor: (t: number) => number,
  ) {
    Object.freeze(this)
  }

  toJSON(): Record<string, unknown> {
    return { kind: this.kind, unit: this.unit, ...this.parameters }
  }
}

function unitOf(o: Record<string, unknown>): Unit {
  return oneOf(o['unit'] ?? 'step', 'unit', ['step', 'epoch'])
}

/** The learning rate itself, always. */
export function constantRate(): Schedule {
  return new Curve('constantRate', 'step', {}, () => 1)
}

/**
 * Multiplies the rate by `factor` after every `every` units (`torch.optim.lr_scheduler.StepLR`, default factor 0.1).
 */
export function stepDecay(options: ScheduleOptions & { every: number; factor?: number }): Schedule {
  const o = readOptions(options, ['every', 'factor', 'unit'])
  const every = integer(o['every'], 'every', 1)
  const factor = nonNegative(o['factor'] ?? 0.1, 'factor')
  return new Curve('stepDecay', unitOf(o), { every, factor }, (t) => power(factor, Math.floor(t / every)))
}

/** Multiplies the rate by `factor` at every unit (`ExponentialLR`). */
export function exponentialDecay(options: ScheduleOptions & { factor: number }): Schedule {
  const o = readOptions(options, ['factor', 'unit'])
  const factor = nonNegative(o['factor'], 'factor')
  return new Curve('exponentialDecay', unitOf(o), { factor }, (t) => power(factor, t))
}

/**
 * From 1 to `end` along (1 - t / steps)^exponent, then constant (`PolynomialLR`; defaults: end 0, exponent 1). The
 * exponent is a multiple of 1/2.
 */
export function polynomialDecay(
  options: ScheduleOptions & { steps: number; exponent?: number; end?: number },
): Schedule {
  const o = readOptions(options, ['steps', 'exponent', 'end', 'unit'])
  const steps = integer(o['steps'], 'steps', 1)
  const exponent = positive(o['exponent'] ?? 1, 'exponent')
  if (!Number.isInteger(2 * exponent)) {
    throw rangeError('ERR_INVALID_ARGUMENT', `exponent must be a multiple of 0.5, got ${exponent}`)
  }
  const end = nonNegative(o['end'] ?? 0, 'end')
  const factor = (t: number) => end + (1 - end) * power(1 - Math.min(t, steps) / steps, exponent)
  return new Curve('polynomialDecay', unitOf(o), { steps, exponent, end }, factor)
}

export interface CosineOptions extends ScheduleOptions {
  /** Length of the (first) descent, without the warm-up. */
  steps: number
  /** Length of a linear rise from 1 / (warmup + 1) to 1 before it; default 0. */
  warmup?: number | undefined
  /** Where the descent ends, as a factor; default 0. */
  end?: number | undefined
  /** Start again at 1 after each descent; default false, which stays at `end`. */
  restarts?: boolean | undefined
  /** Each descent is so many times as long as the one before, an integer >= 1; default 1. */
  lengthen?: number | undefined
}

/**
 * Half a cosine from 1 to `end`, after a linear warm-up, with warm restarts if wanted (SGDR, Loshchilov and Hutter
 * 2017; torch's `CosineAnnealingLR` and `CosineAnnealingWarmRestarts`).
 */
export function cosineDecay(options: CosineOptions): Schedule {
  const o = readOptions(options, ['steps', 'warmup', 'end', 'restarts', 'lengthen', 'unit'])
  const steps = integer(o['steps'], 'steps', 1)
  const warmup = integer(o['warmup'] ?? 0, 'warmup', 0)
  const end = nonNegative(o['end'] ?? 0, 'end')
  const restarts = boolean(o['restarts'] ?? false, 'restarts')
  const lengthen = integer(o['lengthen'] ?? 1, 'lengthen', 1)
  const factor = (t: number) => {
    if (t < warmup) return (t + 1) / (warmup + 1)
    const part = restarts ? cyclePart(t - warmup, steps, lengthen) : Math.min((t - warmup) / steps, 1)
    return descend(1, end, part)
  }
  return new Curve('cosineDecay', unitOf(o), { steps, warmup, end, restarts, lengthen }, factor)
}

/** Where in its cycle time `t` lies, from 0 up to 1. */
function cyclePart(t: number, steps: number, lengthen: number): number {
  if (lengthen === 1) return (t % steps) / steps
  let length = steps
  let rest = t
  while (rest >= length) {
    rest -= length
    length *= lengthen
  }
  return rest / length
}

/** Half a cosine from `from` (part 0) to `to` (part 1). */
function descend(from: number, to: number, part: number): number {
  return to + ((from - to) * (1 + cosPi(part))) / 2
}

export interface OneCycleOptions extends ScheduleOptions {
  /** Length of the whole cycle, >= 2. */
  steps: number
  /** Share of it in which the rate rises, from 0 to 1; default 0.3. */
  rise?: number | undefined
  /** The first rate is 1 / startDivisor; default 25. */
  startDivisor?: number | undefined
  /** The last rate is the first divided by this; default 1e4. */
  endDivisor?: number | undefined
}

/** The 1-cycle policy (Smith and Topin 2018) as torch's `OneCycleLR`: `learningRate` is the peak, both legs cosines. */
export function oneCycle(options: OneCycleOptions): Schedule {
  const o = readOptions(options, ['steps', 'rise', 'startDivisor', 'endDivisor', 'unit'])
  const steps = integer(o['steps'], 'steps', 2)
  const rise = probability(o['rise'] ?? 0.3, 'rise')
  const startDivisor = positive(o['startDivisor'] ?? 25, 'startDivisor')
  const endDivisor = positive(o['endDivisor'] ?? 1e4, 'endDivisor')
  const start = 1 / startDivisor
  const peak = rise * steps - 1
  const factor = (t: number) => {
    const time = Math.min(t, steps - 1)
    if (time <= peak) return peak > 0 ? descend(start, 1, time / peak) : 1
    return descend(1, start / endDivisor, (time - peak) / (steps - 1 - peak))
  }
  return new Curve('oneCycle', unitOf(o), { steps, rise, startDivisor, endDivisor }, factor)
}

/** Factors of the learning rate, one a unit of time. */
export type RateTable = readonly number[] | Float32Array | Float64Array

/** The user's own factors, one a unit of time; the last one stays. */
export function tableRate(values: RateTable, options: ScheduleOptions = {}): Schedule {
  const o = readOptions(options, ['unit'])
  const list: unknown = isNumbers(values) ? Array.from(values) : values
  const factors = readArray(list, 'values', 'ERR_INVALID_ARGUMENT', 2 ** 32).map((v, i) =>
    finite(v, `values[${i}]`),
  )
  if (factors.length === 0)
    throw rangeError('ERR_INVALID_ARGUMENT', 'values must hold at least one factor, got none')
  const at = (t: number) => factors[Math.min(t, factors.length - 1)] as number
  return new Curve('tableRate', unitOf(o), { values: factors }, at)
}

/** A schedule from `cosineDecay` and its kin or the factors of `tableRate`, or none. */
export function readSchedule(value: unknown): Schedule | undefined {
  if (value === undefined || value instanceof Curve) return value
  if (isArray(value) || isNumbers(value)) return tableRate(value as RateTable)
  const allowed =
    'constantRate, stepDecay, exponentialDecay, polynomialDecay, cosineDecay, oneCycle or tableRate'
  throw wrongType('schedule', `made by ${allowed}`, value)
}

/** Where the rates of a schedule begin: a batch of an epoch, and of all training. */
export interface ScheduleTime {
  readonly epoch: number
  readonly step: number
  readonly batch: number
  /** Only read where the rates go on into the next epoch. */
  readonly stepsPerEpoch: number
}

/** The learning rates of `count` batches. */
export function scheduledRates(
  learningRate: number,
  schedule: Schedule | undefined,
  from: ScheduleTime,
  count: number,
): Float64Array {
  const rates = new Float64Array(count)
  if (schedule === undefined) return rates.fill(learningRate)
  if (schedule.unit === 'step') return rates.map((_, i) => learningRate * schedule.factor(from.batch + i))
  let { epoch } = from
  let first = from.stepsPerEpoch === 0 ? count : from.stepsPerEpoch - from.step
  rates.fill(learningRate * schedule.factor(epoch), 0, first)
  for (; first < count; first += from.stepsPerEpoch) {
    rates.fill(learningRate * schedule.factor(++epoch), first, first + from.stepsPerEpoch)
  }
  return rates
}
