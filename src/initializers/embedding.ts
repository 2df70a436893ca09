import { rangeError } from '../errors.js'
import { normalLaw } from '../random/laws.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define } from './definition.js'
import { atLeastZero, optional, real, whole } from './params.js'
import type { RandomNormalOptions } from './random.js'
import type { Initializer } from './types.js'

export interface EmbeddingOptions extends RandomNormalOptions {
  /** Standard deviation, >= 0. Default: 1. */
  stddev?: number | undefined
  /** Row that is zero, that of the padding token; a negative one counts from the end. Default: none. */
  paddingIdx?: number | null | undefined
}

export const EMBEDDING = define<{ mean: number; stddev: number; paddingIdx: number | null }>({
  className: 'Embedding',
  random: true,
  params: {
    mean: real(0),
    stddev: atLeastZero(1),
    paddingIdx: optional(whole(-(2 ** 31), undefined, 2 ** 31 - 1)),
  },
  law: ({ mean, stddev, paddingIdx }, { shape, size, dtype }) => {
    const law = normalLaw(mean, stddev, dtype)
    if (paddingIdx === null || size === 0) return law
    const [rows = 0] = shape
    const row = paddingIdx < 0 ? rows + paddingIdx : paddingIdx
    if (row < 0 || row >= rows) {
      const message = `paddingIdx must be a row of shape [${shape.join(', ')}], got ${paddingIdx}`
      throw rangeError('ERR_INVALID_SHAPE', message)
    }
    const length = size / rows
    return { ...law, kind: 'embedding', start: row * length, end: (row + 1) * length }
  },
})

/**
 * Vectors of tokens, one a row: normal, with zeros for the padding token, as `torch.nn.Embedding`. Rank 1 or more where
 * a row is given.
 */
export function embedding(options?: EmbeddingOptions): Initializer {
  return new CatalogueInitializer(EMBEDDING, options)
}
