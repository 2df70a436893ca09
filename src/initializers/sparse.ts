import { normalLaw } from '../random/laws.js'
import { probability } from '../validate.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define } from './definition.js'
import { atLeastZero, whole } from './params.js'
import type { RandomOptions } from './random.js'
import type { Initializer } from './types.js'

export interface SparseOptions extends RandomOptions {
  /** Share of entries that are zero in each line, from 0 to 1; the number is rounded up. */
  sparsity: number
  /** Standard deviation of the others. Default: 0.01. */
  std?: number | undefined
  /** Axis along which a line runs: 0 for columns (default, as torch), 1 for rows. */
  axis?: 0 | 1 | undefined
}

export const SPARSE = define<{ sparsity: number; std: number; axis: number }>({
  className: 'Sparse',
  random: true,
  params: { sparsity: { read: probability }, std: atLeastZero(0.01), axis: whole(0, 0, 1) },
  law: ({ sparsity, std, axis }, target) => {
    target.requireRank(2, 2)
    const [rows = 0, columns = 0] = target.shape
    const { stddev } = normalLaw(0, std, target.dtype)
    const [length, lines] = axis === 0 ? [rows, columns] : [columns, rows]
    const [lineStride, stride] = axis === 0 ? [1, columns] : [columns, 1]
    return { kind: 'sparse', stddev, zeros: Math.ceil(sparsity * length), lines, length, lineStride, stride }
  },
})

/**
 * Normal(0, std) with exactly ceil(sparsity * length) zeros in each column (or row), at random places (Martens 2010;
 * `torch.nn.init.sparse_`). Rank 2 only.
 */
export function sparse(options: SparseOptions): Initializer {
  return new CatalogueInitializer(SPARSE, options)
}
