/**
 * What each distribution of the long tail takes, told in words of ours: the crate's are often those of another
 * distribution that it is made of.
 */
import { rangeError, show } from '../errors.js'
import { isNumbers } from '../realm.js'
import {
  finite,
  nonNegative,
  number,
  oneOf,
  positive,
  probability,
  readArray,
  readOptions,
} from '../validate.js'
import type { Distribution, DistributionParams } from './distributions.js'

/** Reads a parameter, after those before it. */
type Rule = (value: unknown, argument: string, read: Readonly<Record<string, number>>) => number

type Numbers<D extends Distribution> = { readonly [P in keyof DistributionParams[D]]: Rule }

/** Halves of these are not 0, as the crate's gamma distributions need. */
const degrees: Rule = (value, argument) =>
  number(value, argument, (x) => x / 2 > 0 && x < Infinity, 'a finite number > 0 (2^-1073 or more)')

const count: Rule = (value, argument) =>
  number(value, argument, (x) => isCount(x) && x <= 2 ** 53, 'an integer from 0 to 2^53')

const countFromOne: Rule = (value, argument) =>
  number(value, argument, (x) => isCount(x) && x >= 1 && x <= 2 ** 53, 'an integer from 1 to 2^53')

const countOfTotal: Rule = (value, argument, { total = 0 }) =>
  number(value, argument, (x) => isCount(x) && x <= total, `an integer from 0 to total, which is ${total}`)

const mode: Rule = (value, argument, { min = 0, max = 0 }) =>
  number(
    value,
    argument,
    (x) => x >= min && x <= max,
    `a number from min to max, which are ${min} and ${max}`,
  )

function isCount(x: number): boolean {
  return Number.isInteger(x) && x >= 0
}

/** Rules of all parameters, in the order that the crate takes them. */
const RULES: { readonly [D in Exclude<Distribution, 'dirichlet'>]: Numbers<D> } = {
  beta: { alpha: positive, beta: positive },
  binomial: { n: count, p: probability },
  cauchy: { median: finite, scale: positive },
  chiSquared: { df: degrees },
  exponential: { rate: positive },
  fisherF: { m: degrees, n: degrees },
  frechet: { location: finite, scale: positive, shape: positive },
  gamma: { shape: positive, scale: positive },
  geometric: {
    // With less the crate's draws are off, and with 0 there is no end.
    p: (value, argument) =>
      number(value, argument, (x) => x >= 2 ** -52 && x <= 1, 'a number from 2^-52 to 1'),
  },
  gumbel: { location: finite, scale: positive },
  hypergeometric: { total: count, successes: countOfTotal, draws: countOfTotal },
  inverseGaussian: { mean: positive, shape: positive },
  logNormal: { mean: finite, stddev: nonNegative },
  normalInverseGaussian: {
    alpha: positive,
    beta: (value, argument, { alpha = 0 }) => {
      const allowed = `a number between -alpha and alpha, which is ${alpha}`
      return number(value, argument, (x) => Math.abs(x) < alpha, allowed)
    },
  },
  pareto: { scale: positive, shape: positive },
  pert: {
    min: finite,
    max: (value, argument, { min = 0 }) =>
      number(value, argument, (x) => x > min && x < Infinity, `a finite number > min, which is ${min}`),
    mode,
  },
  poisson: {
    // The crate's largest: counts fit 64 bits.
    lambda: (value, argument) =>
      number(value, argument, (x) => x > 0 && x <= 1.844e19, 'a number > 0, at most 1.844e+19'),
  },
  skewNormal: { location: finite, scale: positive, shape: finite },
  studentT: { df: degrees },
  triangular: {
    min: finite,
    max: (value, argument, { min = 0 }) =>
      number(value, argument, (x) => x >= min && x < Infinity, `a finite number >= min, which is ${min}`),
    mode,
  },
  unitBall: {},
  unitCircle: {},
  unitDisc: {},
  unitSphere: {},
  weibull: { scale: positive, shape: positive },
  zeta: {
    s: (value, argument) => number(value, argument, (x) => x > 1 && x < Infinity, 'a finite number > 1'),
  },
  zipf: { n: countFromOne, s: nonNegative },
}

const DISTRIBUTIONS = [...Object.keys(RULES), 'dirichlet'].sort() as Distribution[]

/** A distribution and its parameters, checked. */
export interface Chosen {
  readonly name: Distribution
  /** In the crate's order. */
  readonly parameters: Float64Array
}

/**
 * Reads a distribution's name and parameters.
 *
 * @throws `ERR_INVALID_ARGUMENT`
 */
export function readChosen(distribution: unknown, params: unknown): Chosen {
  const name = oneOf(distribution, 'distribution', DISTRIBUTIONS)
  const rules: Readonly<Record<string, Rule>> = name === 'dirichlet' ? { alpha: finite } : RULES[name]
  const names = Object.keys(rules)
  const record = readOptions(params, names, `params of ${name}`)
  if (name === 'dirichlet') return { name, parameters: readAlpha(record['alpha']) }
  const read: Record<string, number> = {}
  for (const parameter of names)
    read[parameter] = (rules[parameter] as Rule)(record[parameter], `params.${parameter} of ${name}`, read)
  return { name, parameters: Float64Array.from(Object.values(read)) }
}

function readAlpha(given: unknown): Float64Array {
  const argument = 'params.alpha of dirichlet'
  const alpha = isNumbers(given) ? given : readArray(given, argument, 'ERR_INVALID_ARGUMENT', 2 ** 20)
  if (alpha.length < 2)
    throw rangeError('ERR_INVALID_ARGUMENT', `${argument} must have at least 2 entries, got ${alpha.length}`)
  const allowed = 'a finite number > 0 (2^-1022 or more)'
  return Float64Array.from(alpha, (value, i) =>
    number(value, `params.alpha[${i}] of dirichlet`, (x) => x >= 2 ** -1022 && x < Infinity, allowed),
  )
}

/** Parameters as a message shows them. */
export function shown({ name, parameters }: Chosen): string {
  const values = Array.from(parameters)
  if (name === 'dirichlet') return `{ alpha: ${show(values)} }`
  const fields = Object.keys(RULES[name]).map((parameter, i) => `${parameter}: ${show(values[i])}`)
  return `{ ${fields.join(', ')} }`
}
