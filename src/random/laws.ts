import { checkTruncated, solveTruncatedStddev } from '../engine/js/truncated-moments.js'
import type { BernoulliLaw, ConstantLaw, Dtype, IntegersLaw, NormalLaw, TruncatedLaw, UniformLaw } from '../engine/law.js'
import { rangeError } from '../errors.js'
import { integer, probability } from '../validate.js'

/** Largest multiple of sigma that a normal sample can reach in any dtype, rounded up. */
const NORMAL_REACH = 9

/** The value as the law's arithmetic has it: F64 keeps it, the other types compute in single precision. */
function rounded(value: number, dtype: Dtype): number {
  return dtype === 'F64' ? value : Math.fround(value)
}

function refuseOverflow(value: number, what: string, dtype: Dtype): void {
  if (Number.isFinite(rounded(value, dtype))) return
  throw rangeError('ERR_INVALID_ARGUMENT', `${what} must be finite as ${dtype}, got ${value}`)
}

/** Every element is `value`. */
export function constantLaw(value: number, dtype: Dtype): ConstantLaw {
  refuseOverflow(value, 'value', dtype)
  return { kind: 'constant', value }
}

/** Uniform on [low, high); where the two round to the same number, every value is that one. */
export function uniformLaw(low: number, high: number, dtype: Dtype, names = ['low', 'high']): UniformLaw {
  const [lowName, highName] = names as [string, string]
  if (low > high) {
    const message = `${lowName} must not exceed ${highName}, got ${lowName} ${low} and ${highName} ${high}`
    throw rangeError('ERR_INVALID_ARGUMENT', message)
  }
  refuseOverflow(low, lowName, dtype)
  refuseOverflow(high, highName, dtype)
  refuseOverflow(rounded(high, dtype) - rounded(low, dtype), `${highName} - ${lowName}`, dtype)
  return { kind: 'uniform', low, high }
}

/** Normal with this mean and standard deviation. */
export function normalLaw(mean: number, stddev: number, dtype: Dtype): NormalLaw {
  refuseOverflow(Math.abs(mean) + NORMAL_REACH * stddev, `|mean| + ${NORMAL_REACH} stddev`, dtype)
  return { kind: 'normal', mean, stddev }
}

/** Parameters of a truncated normal. */
export interface Truncation {
  readonly mean: number
  readonly stddev: number
  readonly lower: number
  readonly upper: number
  readonly bounds: 'sigma' | 'absolute'
}

/**
 * Normal cut to [lower, upper]. With `preserveStddev` the parent's standard deviation is solved for, so that `stddev`
 * is what the values have after the cut.
 */
export function truncatedLaw(cut: Truncation, preserveStddev: boolean, dtype: Dtype): TruncatedLaw {
  const stddev = preserveStddev ? solveTruncatedStddev(cut) : cut.stddev
  const law: TruncatedLaw = { kind: 'truncated', ...cut, stddev }
  checkTruncated(law, dtype)
  return law
}

/** 1 with probability p, else 0. */
export function bernoulliLaw(p: unknown): BernoulliLaw {
  return { kind: 'bernoulli', p: probability(p, 'p') }
}

/** Integers in [low, high) within the range of 32 signed bits. */
export function integersLaw(low: unknown, high: unknown): IntegersLaw {
  const from = integer(low, 'low', -(2 ** 31), 2 ** 31 - 1)
  return { kind: 'integers', low: from, high: integer(high, 'high', from + 1, 2 ** 31) }
}
