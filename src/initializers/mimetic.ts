import { svdSteps } from '../math/svd.js'
import type { StreamKey } from '../math/stream.js'
import { finished } from '../async/steps.js'
import { wrongShape } from '../errors.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define } from './definition.js'
import { optional, real, whole, word } from './params.js'
import type { RandomOptions } from './random.js'
import type { Initializer } from './types.js'
import { computed, drawnSteps, matrixAxes } from './values.js'

export type MimeticPart = 'query' | 'key' | 'value' | 'projection'

export interface MimeticOptions extends RandomOptions {
  /** Which of an attention layer's square matrices. Query and key, and value and projection, need one seed and path. */
  part: MimeticPart
  /** Heads, which divide the size. Default: 1. */
  heads?: number | undefined
  /** Factor of the noise. Default: 0.7 for query and key, 0.4 for value and projection. */
  alpha?: number | undefined
  /** Factor of the identity. Default: 0.7 for query and key, -0.4 for value and projection. */
  beta?: number | undefined
}

interface Mimetic {
  part: MimeticPart
  heads: number
  alpha: number | null
  beta: number | null
}

/** The factors of alpha Z + beta I, matrix number `index` of the stream: U sqrt(S) and V sqrt(S). */
function* factors(stream: StreamKey, index: number, size: number, alpha: number, beta: number) {
  const matrix = Float64Array.from(
    yield* drawnSteps({ kind: 'normal', mean: 0, stddev: 1 }, stream, size * size, index * size * size),
  )
  const scale = alpha / Math.sqrt(size)
  for (let i = 0; i < matrix.length; i++) matrix[i] = (matrix[i] as number) * scale
  for (let i = 0; i < size; i++) matrix[i * (size + 1)] = (matrix[i * (size + 1)] as number) + beta
  const { u, s, v } = yield* svdSteps(matrix, size, size)
  const scaled = (vectors: Float64Array) => vectors.map((x, at) => x * Math.sqrt(s[at % size] as number))
  return { left: scaled(u), right: scaled(v) }
}

const NOWHERE: StreamKey = { k0: 0, k1: 0, s0: 0, s1: 0 }

export const MIMETIC = define<Mimetic>({
  className: 'Mimetic',
  random: true,
  params: {
    part: word(['query', 'key', 'value', 'projection']),
    heads: whole(1, 1),
    alpha: optional(real()),
    beta: optional(real()),
  },
  law: ({ part, heads, alpha, beta }, target) => {
    const { inputs: size, outputs, inStride, outStride } = matrixAxes(target)
    if (size !== outputs || size % heads !== 0) {
      throw wrongShape(`be square and divisible by ${heads} heads`, target.shape)
    }
    return computed(target, function* (data, stream) {
      const set = (i: number, o: number, value: number) => (data[i * inStride + o * outStride] = value)
      if (part === 'value' || part === 'projection') {
        const { left, right } = yield* factors(stream, heads, size, alpha ?? 0.4, beta ?? -0.4)
        for (let i = 0; i < size; i++)
          for (let o = 0; o < size; o++)
            set(i, o, (part === 'value' ? left[i * size + o] : right[o * size + i]) as number)
        return
      }
      const width = size / heads
      for (let head = 0; head < heads; head++) {
        const { left, right } = yield* factors(stream, head, size, alpha ?? 0.7, beta ?? 0.7)
        const chosen = part === 'query' ? left : right
        for (let i = 0; i < size; i++)
          for (let o = 0; o < width; o++) set(i, head * width + o, chosen[i * size + o] as number)
      }
    })
  },
  describe: ({ part, heads, alpha, beta }, target) => {
    const { inputs: size } = matrixAxes(target)
    const pair = part === 'query' || part === 'key'
    // The spectrum hardly depends on the size: one draw of a small matrix tells it.
    const small = Math.min(size, 64)
    const width = pair ? Math.max(1, Math.round(small / heads)) : small
    const spectrum = factors(NOWHERE, 0, small, alpha ?? (pair ? 0.7 : 0.4), beta ?? (pair ? 0.7 : -0.4))
    const { left } = finished(spectrum)
    const square = left.reduce((sum, x, at) => (at % small < width ? sum + x * x : sum), 0)
    const stddev = size === 0 ? 0 : Math.sqrt(square / (width * size))
    return { distribution: 'mimetic', mean: 0, stddev, min: -Infinity, max: Infinity }
  },
})

/**
 * Matrices of an attention layer that mimic trained ones (Trockman and Kolter 2023): for each head the product of query and
 * key is the nearest of its rank to alpha Z + beta I, and that of value and projection is alpha Z + beta I with a negative
 * beta; Z is normal with variance 1 / size. Square; a singular value decomposition a head, so its cost grows with the cube
 * of the size.
 */
export function mimetic(options: MimeticOptions): Initializer {
  return new CatalogueInitializer(MIMETIC, options)
}
