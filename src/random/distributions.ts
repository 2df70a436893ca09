/** The distributions of the long tail by name, and their parameters. */

/** Parameters of every distribution, by name; the names of the parameters are the field's. */
export interface DistributionParams {
  beta: { alpha: number; beta: number }
  /** Successes in `n` trials. */
  binomial: { n: number; p: number }
  cauchy: { median: number; scale: number }
  chiSquared: { df: number }
  /** Points of as many coordinates as `alpha` has entries, two or more; they add up to 1. */
  dirichlet: { alpha: ArrayLike<number> }
  exponential: { rate: number }
  fisherF: { m: number; n: number }
  frechet: { location: number; scale: number; shape: number }
  gamma: { shape: number; scale: number }
  /** Failures before the first success. */
  geometric: { p: number }
  gumbel: { location: number; scale: number }
  /** Successes in `draws` without replacement from `total` of which `successes` are some. */
  hypergeometric: { total: number; successes: number; draws: number }
  inverseGaussian: { mean: number; shape: number }
  /** The exponential of a normal with this mean and standard deviation. */
  logNormal: { mean: number; stddev: number }
  normalInverseGaussian: { alpha: number; beta: number }
  pareto: { scale: number; shape: number }
  pert: { min: number; max: number; mode: number }
  poisson: { lambda: number }
  skewNormal: { location: number; scale: number; shape: number }
  studentT: { df: number }
  triangular: { min: number; max: number; mode: number }
  /** Points in the unit ball, three coordinates each. */
  unitBall: Record<never, never>
  /** Points on the unit circle, two coordinates each. */
  unitCircle: Record<never, never>
  /** Points in the unit disc, two coordinates each. */
  unitDisc: Record<never, never>
  /** Points on the unit sphere, three coordinates each. */
  unitSphere: Record<never, never>
  weibull: { scale: number; shape: number }
  zeta: { s: number }
  zipf: { n: number; s: number }
}

/** A distribution of the long tail. */
export type Distribution = keyof DistributionParams
