import { spectralNormSteps } from '../math/dense.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define } from './definition.js'
import { matrixView } from './matrix-view.js'
import { atLeastZero } from './params.js'
import type { RandomOptions } from './random.js'
import type { Initializer } from './types.js'
import { computed, drawnSteps } from './values.js'

export interface SpectralNormalOptions extends RandomOptions {
  /** The largest singular value of the matrix. Default: 1. */
  gain?: number | undefined
}

export const SPECTRAL_NORMAL = define<{ gain: number }>({
  className: 'SpectralNormal',
  random: true,
  params: { gain: atLeastZero(1) },
  law: ({ gain }, target) => {
    const { rows, columns, batch, batchStride, rowStride, columnStride } = matrixView(
      target.shape,
      target.layout,
    )
    return computed(target, function* (data, stream) {
      const normals = yield* drawnSteps({ kind: 'normal', mean: 0, stddev: 1 }, stream, data.length)
      for (let b = 0; b < batch; b++) {
        const matrix = normals.subarray(b * rows * columns, (b + 1) * rows * columns)
        const norm = yield* spectralNormSteps(matrix, rows, columns)
        for (let i = 0; i < rows; i++)
          for (let j = 0; j < columns; j++)
            data[b * batchStride + i * rowStride + j * columnStride] =
              ((matrix[i * columns + j] as number) / norm) * gain
      }
    })
  },
  describe: ({ gain }, target) => {
    // The largest singular value of a normal matrix is near sqrt(rows) + sqrt(columns) (Geman 1980).
    const { rows, columns } = matrixView(target.shape, target.layout)
    const stddev = gain / Math.max(1, Math.sqrt(rows) + Math.sqrt(columns))
    return { distribution: 'spectral_normal', mean: 0, stddev, min: -gain, max: gain }
  },
})

/**
 * A normal matrix scaled so that its largest singular value is `gain`: a layer that stretches nothing by more, as spectral
 * normalization keeps it (Miyato et al. 2018). One matrix a batch index, group or gate of the layout. Rank 2 or more.
 */
export function spectralNormal(options?: SpectralNormalOptions): Initializer {
  return new CatalogueInitializer(SPECTRAL_NORMAL, options)
}
