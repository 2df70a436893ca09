/** Starts that look at data: weights whitened, scaled or made from other weights. Outside the bit contract. */
import { svd } from '../engine/js/svd.js'
import { signalOf } from '../engine/progress.js'
import { streamKey } from '../engine/stream.js'
import { abortError, rangeError, typeError, wrongType, wrongShape } from '../errors.js'
import { arrayKind } from '../realm.js'
import {
  allocate,
  boolean,
  integer,
  nonNegative,
  pathOf,
  positive,
  readArray,
  readOptions,
  type Seed,
  seedOf,
  shapeOf,
} from '../validate.js'
import { drawn } from './values.js'

/** Rows of observations, as a Float32Array in C order. */
export interface Observations {
  readonly data: Float32Array
  /** [rows, features]. */
  readonly shape: readonly [number, number]
}

export interface PcaOptions {
  /** Outputs, at most as many as features. Default: all. */
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
  const {
    components,
    whiten = false,
    epsilon = 1e-5,
  } = readOptions(options, ['components', 'whiten', 'epsilon'])
  const { mean, axes, variances, features } = principalAxes(observations)
  const outputs =
    components === undefined ? variances.length : integer(components, 'components', 0, variances.length)
  const [white, added] = [boolean(whiten, 'whiten'), nonNegative(epsilon, 'epsilon')]
  const kernel = new Float32Array(features * outputs)
  for (let k = 0; k < outputs; k++) {
    const scale = white ? 1 / Math.sqrt((variances[k] as number) + added) : 1
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
  const { epsilon = 1e-5 } = readOptions(options, ['epsilon'])
  const added = nonNegative(epsilon, 'epsilon')
  const { mean, axes, variances, features } = principalAxes(observations)
  const kernel = new Float32Array(features * features)
  // Directions without variance, which the axes may lack, are scaled as those of variance 0.
  const rest = 1 / Math.sqrt(added === 0 ? 1 : added)
  for (let i = 0; i < features; i++) {
    for (let j = 0; j < features; j++) {
      let sum = i === j ? rest : 0
      for (const [k, variance] of variances.entries()) {
        const scale = (variance + added > 0 ? 1 / Math.sqrt(variance + added) : rest) - rest
        sum += (axes[i * variances.length + k] as number) * (axes[j * variances.length + k] as number) * scale
      }
      kernel[i * features + j] = sum
    }
  }
  return { kernel, bias: biasOf(mean, kernel, features) }
}

function principalAxes(observations: Observations) {
  const { data, shape } = readOptions(observations, ['data', 'shape'], 'observations')
  const sizes = shapeOf(shape)
  if (sizes.length !== 2 || sizes[0] === 0) throw wrongShape('be [rows, features] with rows', sizes)
  const [rows, features] = sizes as unknown as [number, number]
  const values = floats(data, 'data', rows * features)
  const mean = meanOf(values, rows, features)
  const centred = Float64Array.from(values, (x, at) => x - (mean[at % features] as number))
  const { s, v } = svd(centred, rows, features)
  return { mean, axes: v, variances: s.map((x) => (x * x) / rows), features }
}

function meanOf(values: ArrayLike<number>, rows: number, features: number): Float64Array {
  const mean = new Float64Array(features)
  for (let at = 0; at < values.length; at++)
    mean[at % features] = (mean[at % features] as number) + (values[at] as number) / rows
  return mean
}

function biasOf(mean: Float64Array, kernel: Float32Array, outputs: number): Float32Array {
  return Float32Array.from({ length: outputs }, (_, k) =>
    mean.reduce((sum, x, i) => sum - x * (kernel[i * outputs + k] as number), 0),
  )
}

/** A finite Float32Array of `length` values. */
function floats(value: unknown, argument: string, length: number): Float32Array {
  if (arrayKind(value) !== 'Float32Array') throw wrongType(argument, 'a Float32Array', value)
  const values = value as Float32Array
  if (values.length !== length)
    throw rangeError('ERR_LENGTH_MISMATCH', `${argument} must have ${length} elements, got ${values.length}`)
  if (values.every(Number.isFinite)) return values
  throw rangeError('ERR_INVALID_ARGUMENT', `${argument} must hold finite values`)
}

export interface ResizeOptions {
  seed: Seed
  /** Default: ''. */
  path?: string | undefined
  /** Factor on the covariance of the new rows. Default: 1. */
  spread?: number | undefined
}

/**
 * An embedding with more or fewer rows: the old rows as far as they go, new ones normal with the mean and the covariance of
 * the old (Hewitt 2021, "Initializing New Word Embeddings for Pretrained Language Models").
 *
 * @param shape - of the old table: [rows, features]
 * @throws `ERR_INVALID_SHAPE`, `ERR_LENGTH_MISMATCH`, `ERR_INVALID_ARGUMENT`, `ERR_INVALID_SEED`, `ERR_INVALID_PATH`
 */
export function resizeEmbedding(
  table: Float32Array,
  shape: readonly [number, number],
  rows: number,
  options: ResizeOptions,
): Float32Array {
  const { seed, path = '', spread = 1 } = readOptions(options, ['seed', 'path', 'spread'])
  const sizes = shapeOf(shape)
  if (sizes.length !== 2 || sizes[0] === 0) throw wrongShape('be [rows, features] with rows', sizes)
  const [old, features] = sizes as unknown as [number, number]
  const wanted = integer(rows, 'rows', 0)
  const values = floats(table, 'table', old * features)
  const scale = Math.sqrt(nonNegative(spread, 'spread') / old)
  const stream = streamKey(seedOf(seed), pathOf(path))
  const out = allocate(`${wanted} rows`, () => new Float32Array(wanted * features))
  out.set(values.subarray(0, Math.min(old, wanted) * features))
  const mean = meanOf(values, old, features)
  for (let row = old; row < wanted; row++) {
    // A sum of the centred old rows with normal weights has their covariance.
    const weights = drawn({ kind: 'normal', mean: 0, stddev: 1 }, stream, old, (row - old) * old)
    const sum = mean.slice()
    for (const [k, weight] of weights.entries())
      for (let j = 0; j < features; j++)
        sum[j] =
          (sum[j] as number) + weight * scale * ((values[k * features + j] as number) - (mean[j] as number))
    out.set(sum, row * features)
  }
  return out
}

export interface LsuvOptions {
  /** Standard deviation that outputs shall have. Default: 1. */
  stddev?: number | undefined
  /** How near to it is near enough. Default: 0.1. */
  tolerance?: number | undefined
  /** Tries a layer. Default: 10. */
  attempts?: number | undefined
  signal?: AbortSignal | undefined
}

/** A layer of a network of the caller's: its weights, which are scaled in place, and how to run it. */
export interface LsuvLayer {
  readonly weights: Float32Array
  /** Outputs of this layer on a batch of data, before the activation, with the weights as they are. */
  readonly outputs: () => Float32Array | Promise<Float32Array>
}

/**
 * Layer-sequential unit variance (Mishkin and Matas 2016): layer by layer, weights (orthogonal ones, say) are divided by the
 * standard deviation of the layer's outputs until that is `stddev`.
 *
 * @param layers - in the order in which data goes through them
 * @returns the standard deviation that each layer's outputs have in the end
 * @throws `ERR_INVALID_ARGUMENT`, also where outputs do not vary; `ERR_ABORTED`
 */
export async function lsuv(layers: readonly LsuvLayer[], options?: LsuvOptions): Promise<number[]> {
  const {
    stddev = 1,
    tolerance = 0.1,
    attempts = 10,
    signal,
  } = readOptions(options, ['stddev', 'tolerance', 'attempts', 'signal'])
  const [wanted, near] = [positive(stddev, 'stddev'), positive(tolerance, 'tolerance')]
  const tries = integer(attempts, 'attempts', 1)
  const watched = signalOf({ signal })
  const checked = readArray(layers, 'layers', 'ERR_INVALID_ARGUMENT', 2 ** 20).map(layerOf)
  const found: number[] = []
  for (const [index, { weights, outputs }] of checked.entries()) {
    let reached = NaN
    for (let attempt = 0; attempt <= tries; attempt++) {
      if (watched?.aborted) throw abortError(watched)
      reached = stddevOf(await outputs(), index)
      if (Math.abs(reached - wanted) <= near || attempt === tries) break
      for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] as number) * (wanted / reached)
    }
    found.push(reached)
  }
  return found
}

function layerOf(layer: unknown, index: number): LsuvLayer {
  const { weights, outputs } = readOptions(layer, ['weights', 'outputs'], `layers[${index}]`)
  if (arrayKind(weights) !== 'Float32Array' || typeof outputs !== 'function') {
    const allowed = 'a Float32Array of weights and a function that makes outputs'
    throw typeError('ERR_INVALID_ARGUMENT', `layers[${index}] must have ${allowed}`)
  }
  return { weights, outputs } as LsuvLayer
}

function stddevOf(values: unknown, layer: number): number {
  if (arrayKind(values) !== 'Float32Array') {
    throw wrongType(`outputs of layer ${layer}`, 'a Float32Array', values)
  }
  return deviation(values as Float32Array, layer)
}

function deviation(values: Float32Array, layer: number): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const stddev = Math.sqrt(values.reduce((sum, x) => sum + (x - mean) * (x - mean), 0) / values.length)
  if (stddev > 0 && stddev < Infinity) return stddev
  throw rangeError(
    'ERR_INVALID_ARGUMENT',
    `outputs of layer ${layer} must vary and be finite, got a deviation of ${stddev}`,
  )
}
