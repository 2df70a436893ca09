import { solveTruncatedStddev } from '../math/truncated-moments.js'
import type {
  BernoulliLaw,
  ConstantLaw,
  Dtype,
  IntegersLaw,
  NormalLaw,
  TruncatedLaw,
  UniformLaw,
} from '../engine/law.js'
import { rangeError } from '../errors.js'
import { integer, probability } from '../validate.js'
import { ceilTo, nextAbove } from './representable.js'

/** Largest multiple of sigma that a normal sample can reach in any dtype, rounded up. */
const NORMAL_REACH = 9

/** An interval farther from the mean, in sigma, has no mass that a double can hold. */
const FARTHEST = 38

/** The value as the law's arithmetic has it: F64 keeps it, the other types compute in single precision. */
function rounded(value: number, dtype: Dtype): number {
  return dtype === 'F64' ? value : Math.fround(value)
}

/** Refuses what is infinite in the type that a law computes in. */
export function refuseOverflow(value: number, what: string, dtype: Dtype): void {
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
  const distinct = rounded(low, dtype) < rounded(high, dtype)
  if (distinct && !(ceilTo(low, dtype) < high)) throw emptyInterval(lowName, low, highName, high, dtype)
  return { kind: 'uniform', low, high }
}

function emptyInterval(lowName: string, low: number, highName: string, high: number, dtype: Dtype): Error {
  const message = `${lowName} ${low} and ${highName} ${high} must have a value of ${dtype} between them`
  return rangeError('ERR_INVALID_ARGUMENT', message)
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
  if (cut.lower > cut.upper) {
    throw rangeError(
      'ERR_INVALID_ARGUMENT',
      `lower must not exceed upper, got lower ${cut.lower} and upper ${cut.upper}`,
    )
  }
  const law: TruncatedLaw = {
    kind: 'truncated',
    ...cut,
    stddev: preserveStddev ? solveTruncatedStddev(cut) : cut.stddev,
  }
  refuseOverflow(law.mean, 'mean', dtype)
  refuseOverflow(law.stddev, 'stddev', dtype)
  checkCut(law, dtype)
  return law
}

/** Refuses an interval without values. */
function checkCut({ mean, stddev, lower, upper, bounds }: Truncation, dtype: Dtype): void {
  const sigma = rounded(stddev, dtype)
  if (sigma === 0) return checkMean(mean, bounds === 'sigma' ? 0 : mean, lower, upper)
  const inSigma = (x: number) => (bounds === 'sigma' ? x : (x - rounded(mean, dtype)) / sigma)
  if (inSigma(lower) > FARTHEST || inSigma(upper) < -FARTHEST) {
    const message = `lower ${lower} and upper ${upper} must not both lie beyond ${FARTHEST} standard deviations of the mean`
    throw rangeError('ERR_INVALID_ARGUMENT', message)
  }
  const [low, high] = bounds === 'absolute' ? [lower, upper] : [mean + stddev * lower, mean + stddev * upper]
  // A value of the computing type lies strictly inside, so of the stored type within the closed hull.
  const computing = dtype === 'F64' ? 'F64' : 'F32'
  const first = ceilTo(low, computing) > low ? ceilTo(low, computing) : nextAbove(low, computing)
  if (!(first < high) || !(ceilTo(low, dtype) <= high))
    throw emptyInterval('lower', lower, 'upper', upper, dtype)
}

function checkMean(mean: number, place: number, lower: number, upper: number): void {
  if (lower <= place && place <= upper) return
  const message = `mean must lie between lower ${lower} and upper ${upper} as stddev is 0, got ${mean}`
  throw rangeError('ERR_INVALID_ARGUMENT', message)
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
