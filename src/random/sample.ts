/**
 * The long tail of distributions, drawn by the `rand_distr` crate over our words.
 *
 * Outside the bit contract: the same seed gives the same values on one version of this package alone, computed in f64
 * and rounded to f32. Only the native engine has them.
 */
import type { Watch } from '../engine/progress.js'
import type { SampleJob } from '../engine/engine.js'
import type { StreamKey } from '../engine/law.js'
import { longTailOf } from '../engine/select.js'
import { rangeError, wrongType } from '../errors.js'
import { allocate, finite, integer, oneOf, present, readArray, readOptions } from '../validate.js'
import { readWork, WORK_OPTIONS } from './fill.js'
import { arrayKind, isNumbers } from '../realm.js'

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

/** Parameters in the order that the crate takes them. */
const PARAMS: { readonly [D in Distribution]: readonly (keyof DistributionParams[D] & string)[] } = {
  beta: ['alpha', 'beta'],
  binomial: ['n', 'p'],
  cauchy: ['median', 'scale'],
  chiSquared: ['df'],
  dirichlet: ['alpha'],
  exponential: ['rate'],
  fisherF: ['m', 'n'],
  frechet: ['location', 'scale', 'shape'],
  gamma: ['shape', 'scale'],
  geometric: ['p'],
  gumbel: ['location', 'scale'],
  hypergeometric: ['total', 'successes', 'draws'],
  inverseGaussian: ['mean', 'shape'],
  logNormal: ['mean', 'stddev'],
  normalInverseGaussian: ['alpha', 'beta'],
  pareto: ['scale', 'shape'],
  pert: ['min', 'max', 'mode'],
  poisson: ['lambda'],
  skewNormal: ['location', 'scale', 'shape'],
  studentT: ['df'],
  triangular: ['min', 'max', 'mode'],
  unitBall: [],
  unitCircle: [],
  unitDisc: [],
  unitSphere: [],
  weibull: ['scale', 'shape'],
  zeta: ['s'],
  zipf: ['n', 's'],
}

const DISTRIBUTIONS = Object.keys(PARAMS) as Distribution[]

/** Words set aside for a value, and draws that share theirs: as crates/init/src/long_tail.rs has them. */
const WORDS_PER_VALUE = 64
const DRAWS = 1024

/** A sample's arguments, checked. */
export interface SampleDraw {
  readonly out: Float32Array
  /** Words of the stream that the draws use up. */
  readonly words: number
  readonly options: Record<string, unknown>
  run(stream: StreamKey, position: number, offset: number): void
  runLater(stream: StreamKey, position: number, offset: number, watched: Watch): Promise<void>
}

/** Checks a sample's arguments; the options named in `more` are the caller's. */
export function sampleDraw(
  distribution: unknown,
  out: unknown,
  params: unknown,
  given: unknown,
  more: readonly string[],
): SampleDraw {
  const name = oneOf(distribution, 'distribution', DISTRIBUTIONS)
  const parameters = readParameters(name, params)
  const options = readOptions(given, [...WORK_OPTIONS, ...more])
  const { engine, threads } = readWork(options)
  const shared = arrayKind(out) === 'Float32Array' ? (out as Float32Array) : undefined
  const longTail = longTailOf(engine, shared)
  const width = longTail.width(name, parameters)
  const view = outputOf(out, width, name)
  const job = (stream: StreamKey, position: number, offset: number): SampleJob => ({
    distribution: name,
    parameters,
    stream,
    position,
    offset,
    threads,
  })
  return {
    out: view,
    words: Math.ceil(view.length / (DRAWS * width)) * DRAWS * width * WORDS_PER_VALUE,
    options,
    run: (...place) => longTail.fill(job(...place), view),
    async runLater(stream, position, offset, { control, finish }): Promise<void> {
      await longTail.fillAsync(job(stream, position, offset), view, control)
      finish()
    },
  }
}

function readParameters(name: Distribution, params: unknown): Float64Array {
  const names: readonly string[] = PARAMS[name]
  const record = readOptions(params, names, `params of ${name}`)
  if (name === 'dirichlet') {
    const given = record['alpha']
    const alpha = isNumbers(given) ? given : readArray(given, 'alpha', 'ERR_INVALID_ARGUMENT', 2 ** 20)
    return Float64Array.from(alpha, (value, i) => finite(value, `alpha[${i}]`))
  }
  return Float64Array.from(names, (parameter) => finite(record[parameter], parameter))
}

/** A new array, or the caller's; both hold whole draws. */
function outputOf(out: unknown, width: number, name: string): Float32Array {
  if (typeof out !== 'number' && arrayKind(out) !== 'Float32Array')
    throw wrongType('out', 'a length or a Float32Array', out)
  const length = typeof out === 'number' ? integer(out, 'out', 0) : present(out as Float32Array, 'out').length
  if (length % width !== 0) {
    const message = `out must hold a multiple of ${width} values, the coordinates of a draw of ${name}, got ${length}`
    throw rangeError('ERR_LENGTH_MISMATCH', message)
  }
  if (typeof out !== 'number') return out as Float32Array
  return allocate(`${length} values`, () => new Float32Array(length))
}
