/** Layers that whiten data or turn it to its principal axes. Outside the bit contract. */
import { finished, rowsAStep } from '../async/steps.js'
import { svdSteps } from '../math/svd.js'
import { type AsyncOptions, inSlices } from '../async/watch.js'
import { allocate, boolean, integer, nonNegative, readOptions } from '../validate.js'
import { floats, tableShape } from './given.js'

/** Rows of observations, as a Float32Array in C order. */
export interface Observations {
  readonly data: Float32Array
  /** [rows, features]. */
  readonly shape: readonly [number, number]
}

const PCA = ['components', 'whiten', 'epsilon']
const ZCA = ['epsilon']

export interface PcaOptions {
  /** Outputs, at most as many as features and as rows. Default: all. */
  components?: number | undefined
  /** Whether outputs have variance 1. Default: false. */
  whiten?: boolean | undefined
  /** Added to variances before their roots are divided by. Default: 1e-5. */
  epsilon?: number | undefined
}

/** A layer y = (x - mean) W that data has taught: `kernel` [features, outputs], `bias` = -mean W. */
export interface Projection {
  readonly kernel: Float32Array
  readonly bias: Float32Array
}

/**
 * A layer whose outputs are the principal components of the data, the most important first.
 *
 * @throws `ERR_INVALID_SHAPE`, `ERR_LENGTH_MISMATCH`, `ERR_INVALID_ARGUMENT`
 */
export function pca(observations: Observations, options?: PcaOptions): Projection {
  return finished(pcaSteps(observations, readOptions(options, PCA)))
}

/** As `pca`, without blocking the event loop. */
export async function pcaAsync(
  observations: Observations,
  options?: PcaOptions & AsyncOptions,
): Promise<Projection> {
  return inSlices(options, PCA, (record) => pcaSteps(observations, record))
}

function* pcaSteps(
  observations: Observations,
  { components, whiten = false, epsilon = 1e-5 }: Record<string, unknown>,
): Generator<number, Projection> {
  const { mean, axes, variances, features } = yield* principalAxes(observations)
  const outputs =
    components === undefined ? variances.length : integer(components, 'components', 0, variances.length)
  const [white, added] = [boolean(whiten, 'whiten'), nonNegative(epsilon, 'epsilon')]
  const kernel = new Float32Array(features * outputs)
  for (let k = 0; k < outputs; k++) {
    const variance = (variances[k] as number) + added
    // A direction without variance has nothing to divide by.
    const scale = white && variance > 0 ? 1 / Math.sqrt(variance) : 1
    for (let i = 0; i < features; i++)
      kernel[i * outputs + k] = (axes[i * variances.length + k] as number) * scale
  }
  return { kernel, bias: biasOf(mean, kernel, outputs) }
}

/**
 * A layer that whitens the data and stays as near to it as can be: the symmetric root of the inverse covariance (Bell and
 * Sejnowski 1997). Arguments and errors as `pca`'s.
 */
export function zca(observations: Observations, options?: Pick<PcaOptions, 'epsilon'>): Projection {
  return finished(zcaSteps(observations, readOptions(options, ZCA)))
}

/** As `zca`, without blocking the event loop. */
export async function zcaAsync(
  observations: Observations,
  options?: Pick<PcaOptions, 'epsilon'> & AsyncOptions,
): Promise<Projection> {
  return inSlices(options, ZCA, (record) => zcaSteps(observations, record))
}

function* zcaSteps(
  observations: Observations,
  { epsilon = 1e-5 }: Record<string, unknown>,
): Generator<number, Projection> {
  const added = nonNegative(epsilon, 'epsilon')
  const { mean, axes, variances, features } = yield* principalAxes(observations)
  const kernel = allocate(`${features} x ${features} weights`, () => new Float32Array(features * features))
  // Directions without variance, which the axes may lack, are scaled as those of variance 0.
  const rest = 1 / Math.sqrt(added === 0 ? 1 : added)
  const scales = variances.map((variance) => (variance + added > 0 ? 1 / Math.sqrt(variance + added) : rest))
  for (let i = 0; i < features; i++) {
    for (let j = 0; j < features; j++) {
      // Apart: `rest` may be large beside everything else, and cancels where the axes lack nothing.
      let [sum, lacking] = [0, i === j ? 1 : 0]
      for (const [k, scale] of scales.entries()) {
        const product = (axes[i * scales.length + k] as number) * (axes[j * scales.length + k] as number)
        sum += product * scale
        lacking -= product
      }
      kernel[i * features + j] = scales.length < features ? sum + lacking * rest : sum
    }
    yield 0
  }
  return { kernel, bias: biasOf(mean, kernel, features) }
}

function* principalAxes(observations: Observations) {
  const { data, shape } = readOptions(observations, ['data', 'shape'], 'observations')
  const [rows, features] = tableShape(shape)
  const values = floats(data, 'data', rows * features)
  const mean = yield* meanSteps(values, rows, features)
  const centred = allocate(`${values.length} values`, () => new Float64Array(values.length))
  for (let row = 0, at = 0; row < rows; row++) {
    for (let j = 0; j < features; j++, at++) centred[at] = (values[at] as number) - (mean[j] as number)
    if (row % rowsAStep(features) === 0) yield 0
  }
  const { s, v } = yield* svdSteps(centred, rows, features)
  return { mean, axes: v, variances: s.map((x) => (x * x) / rows), features }
}

/** The mean of each of `features` columns. */
export function* meanSteps(
  values: Float32Array,
  rows: number,
  features: number,
): Generator<number, Float64Array> {
  const mean = new Float64Array(features)
  for (let row = 0, at = 0; row < rows; row++) {
    for (let j = 0; j < features; j++, at++) mean[j] = (mean[j] as number) + (values[at] as number) / rows
    if (row % rowsAStep(features) === 0) yield 0
  }
  return mean
}

function biasOf(mean: Float64Array, kernel: Float32Array, outputs: number): Float32Array {
  return Float32Array.from({ length: outputs }, (_, k) =>
    mean.reduce((sum, x, i) => sum - x * (kernel[i * outputs + k] as number), 0),
  )
}
