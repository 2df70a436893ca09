import type { OrthogonalLaw } from '../engine/law.js'
import { rangeError } from '../errors.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define, type InitializerLaw } from './definition.js'
import { centreTap, kernelView, type KernelView } from './kernel-view.js'
import { type MatrixView, matrixView } from './matrix-view.js'
import { real } from './params.js'
import type { RandomOptions } from './random.js'
import type { Initializer } from './types.js'

export interface OrthogonalOptions extends RandomOptions {
  /** Factor on the matrix, e.g. `calculateGain('relu')`. Default: 1. */
  gain?: number | undefined
}

interface Gain {
  gain: number
}

/** Field by field: for a small matrix, spreading the view would count. */
function lawOf(view: MatrixView, gain: number, special: boolean): OrthogonalLaw {
  const { rows, columns, batch, batchStride, rowStride, columnStride } = view
  return {
    kind: 'orthogonal',
    rows,
    columns,
    batch,
    gain,
    special,
    base: 0,
    batchStride,
    rowStride,
    columnStride,
  }
}

export const ORTHOGONAL = define<Gain>({
  className: 'Orthogonal',
  aliases: ['OrthogonalInitializer'],
  random: true,
  params: { gain: real(1) },
  law: ({ gain }, { shape, layout }) => lawOf(matrixView(shape, layout), gain, false),
})

export const SPECIAL_ORTHOGONAL = define<Gain>({
  className: 'SpecialOrthogonal',
  random: true,
  params: { gain: real(1) },
  law: ({ gain }, { shape, layout }) => {
    const view = matrixView(shape, layout)
    if (view.rows !== view.columns) {
      const message = `shape must give square matrices to have a determinant, got ${view.rows} x ${view.columns}`
      throw rangeError('ERR_INVALID_SHAPE', message)
    }
    return lawOf(view, gain, true)
  },
})

function requireExpansion({ inChannels, outChannels }: KernelView): void {
  if (inChannels <= outChannels || outChannels === 0) return
  const message = `shape must have at most as many input as output channels to keep norms, got ${inChannels} and ${outChannels}`
  throw rangeError('ERR_INVALID_SHAPE', message)
}

export const DELTA_ORTHOGONAL = define<Gain>({
  className: 'DeltaOrthogonal',
  random: true,
  params: { gain: real(1) },
  law: ({ gain }, { shape, layout }): InitializerLaw => {
    const view = kernelView(shape, layout)
    requireExpansion(view)
    const { inChannels: rows, outChannels: columns, inStride: rowStride, outStride: columnStride } = view
    const base = centreTap(view.kernel, (size) => (size - 1) >> 1) * view.tapStride
    const matrix = {
      rows,
      columns,
      batch: view.kernel.includes(0) ? 0 : 1,
      batchStride: 0,
      rowStride,
      columnStride,
    }
    return { kind: 'orthogonal', ...matrix, gain, special: false, base }
  },
})

export const CONV_ORTHOGONAL = define<Gain>({
  className: 'ConvOrthogonal',
  random: true,
  params: { gain: real(1) },
  law: ({ gain }, { shape, layout }): InitializerLaw => {
    const { kernel, ...view } = kernelView(shape, layout)
    requireExpansion({ kernel, ...view })
    const [first = 1, second = 1, third = 1] = kernel
    return { kind: 'convOrthogonal', kernel: [first, second, third], ...view, gain }
  },
})

/**
 * A random orthogonal matrix, Haar-distributed (Saxe et al. 2014; `keras.initializers.Orthogonal`): orthonormal columns
 * where the matrix is tall, rows where it is wide. The matrix is (all other axes, last axis) in the 'keras' layout,
 * (first axis, all others) in 'torch'; batch axes, groups and gates have one matrix each. Rank >= 2, not F64.
 */
export function orthogonal(options?: OrthogonalOptions): Initializer {
  return new CatalogueInitializer(ORTHOGONAL, options)
}

/** As `orthogonal`, of square matrices with determinant +1 (times gain^n): random rotations. */
export function specialOrthogonal(options?: OrthogonalOptions): Initializer {
  return new CatalogueInitializer(SPECIAL_ORTHOGONAL, options)
}

/**
 * Zeros but for an orthogonal matrix at the centre tap, (size - 1) >> 1 on each axis: a convolution that keeps norms
 * (Xiao et al. 2018; `jax.nn.initializers.delta_orthogonal`). Rank 3 to 5, no more input than output channels.
 */
export function deltaOrthogonal(options?: OrthogonalOptions): Initializer {
  return new CatalogueInitializer(DELTA_ORTHOGONAL, options)
}

/**
 * An orthogonal convolution with all taps in use (Xiao et al. 2018, Algorithm 1; TensorFlow 1's
 * `convolutional_orthogonal`): keeps norms under circular padding. Rank 3 to 5, no more input than output channels.
 */
export function convOrthogonal(options?: OrthogonalOptions): Initializer {
  return new CatalogueInitializer(CONV_ORTHOGONAL, options)
}
