import { finished, rowsAStep } from '../async/steps.js'
import { type AsyncOptions, inSlices } from '../async/watch.js'
import { streamKey } from '../math/stream.js'
import { allocate, integer, nonNegative, pathOf, readOptions, type Seed, seedOf } from '../validate.js'
import { floats, tableShape } from './given.js'
import { meanSteps } from './principal-axes.js'
import { drawnSteps } from './values.js'

const RESIZE = ['seed', 'path', 'spread']

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
  return finished(resizeSteps(table, shape, rows, readOptions(options, RESIZE)))
}

/** As `resizeEmbedding`, without blocking the event loop. */
export async function resizeEmbeddingAsync(
  table: Float32Array,
  shape: readonly [number, number],
  rows: number,
  options: ResizeOptions & AsyncOptions,
): Promise<Float32Array> {
  return inSlices(options, RESIZE, (record) => resizeSteps(table, shape, rows, record))
}

function* resizeSteps(
  table: Float32Array,
  shape: readonly [number, number],
  rows: number,
  { seed, path = '', spread = 1 }: Record<string, unknown>,
): Generator<number, Float32Array> {
  const [old, features] = tableShape(shape)
  const wanted = integer(rows, 'rows', 0)
  const values = floats(table, 'table', old * features)
  const scale = Math.sqrt(nonNegative(spread, 'spread') / old)
  const stream = streamKey(seedOf(seed), pathOf(path))
  const out = allocate(`${wanted} rows`, () => new Float32Array(wanted * features))
  out.set(values.subarray(0, Math.min(old, wanted) * features))
  if (wanted <= old) return out
  const mean = yield* meanSteps(values, old, features)
  for (let row = old; row < wanted; row++) {
    // A sum of the centred old rows with normal weights has their covariance.
    const law = { kind: 'normal', mean: 0, stddev: 1 } as const
    const weights = yield* drawnSteps(law, stream, old, (row - old) * old)
    const sum = mean.slice()
    for (const [k, weight] of weights.entries()) {
      for (let j = 0; j < features; j++)
        sum[j] =
          (sum[j] as number) + weight * scale * ((values[k * features + j] as number) - (mean[j] as number))
      if (k % rowsAStep(features) === 0) yield 0
    }
    out.set(sum, row * features)
  }
  return out
}
