/**
 * Mean and standard deviation of a truncated normal, and the parent that a wanted standard deviation needs. Set-up of
 * parameters, done here alone: laws reach both engines with the parent's standard deviation already found.
 */
import { rangeError } from '../errors.js'
import { integrate } from './quadrature.js'
import { exp } from './special.js'

export interface Moments {
  readonly mean: number
  readonly stddev: number
}

/** Where the density has fallen by e^-50 against its peak in the interval, nothing is left to count. */
const NEGLIGIBLE = 100
const PANELS = 16

/** Mean and standard deviation of a standard normal cut to [a, b], a <= b, to about 1e-14 however far in the tail. */
export function truncatedMoments(a: number, b: number): Moments {
  const peak = a > 0 ? a : b < 0 ? b : 0
  const reach = Math.sqrt(peak * peak + NEGLIGIBLE)
  const low = Math.max(a, -reach)
  const high = Math.min(b, reach)
  if (low >= high) return { mean: peak, stddev: 0 }
  // From the peak, so that z^2 - peak^2 doesn't cancel.
  const density = (z: number) => exp(-0.5 * (z - peak) * (z + peak))
  const mass = integrate(density, low, high, PANELS)
  const mean = a === -b ? 0 : peak + integrate((z) => (z - peak) * density(z), low, high, PANELS) / mass
  const variance = integrate((z) => (z - mean) * (z - mean) * density(z), low, high, PANELS) / mass
  return { mean, stddev: Math.sqrt(variance) }
}

/** What is known of a truncated normal whose parent is looked for; `stddev` is the one wanted after the cut. */
export interface WantedTruncation {
  readonly mean: number
  readonly stddev: number
  readonly lower: number
  readonly upper: number
  readonly bounds: 'sigma' | 'absolute'
}

/**
 * The parent's standard deviation for which the cut one has `stddev`. In sigma bounds a constant factor; in absolute
 * ones found by bisection, as the cut standard deviation grows with the parent's.
 *
 * @throws `ERR_INVALID_ARGUMENT` where no parent has it: values of an interval spread at most as uniform ones do
 */
export function solveTruncatedStddev({ mean, stddev, lower, upper, bounds }: WantedTruncation): number {
  if (stddev === 0 || !(lower < upper)) return stddev
  if (bounds === 'sigma') return stddev / truncatedMoments(lower, upper).stddev
  const cut = (sigma: number) =>
    sigma * truncatedMoments((lower - mean) / sigma, (upper - mean) / sigma).stddev
  const most = (upper - lower) / Math.sqrt(12)
  let high = stddev
  while (stddev < most && high < 1e300 && cut(high) < stddev) high *= 2
  if (!(cut(high) >= stddev)) {
    const allowed = `below ${most}, the most that values from ${lower} to ${upper} can have`
    throw rangeError(
      'ERR_INVALID_ARGUMENT',
      `stddev must be ${allowed}, to be preserved by the cut, got ${stddev}`,
    )
  }
  let low = high === stddev ? 0 : high / 2
  for (;;) {
    const middle = low + (high - low) / 2
    if (middle <= low || middle >= high) return high
    if (cut(middle) < stddev) low = middle
    else high = middle
  }
}
