import { rangeError } from '../errors.js'
import { sizeOf } from '../validate.js'
import { axisRoles, requireRank, sizeAlong, stridesOf } from './axes.js'
import { type AxesLayout, baseOf, type Layout } from './layouts.js'

/** A tensor as a batch of matrices: entry (b, i, j) is element `b * batchStride + i * rowStride + j * columnStride`. */
export interface MatrixView {
  readonly rows: number
  readonly columns: number
  readonly batch: number
  readonly batchStride: number
  readonly rowStride: number
  readonly columnStride: number
}

/**
 * A tensor of rank >= 2 as matrices: (all other axes, last axis) for 'keras', (first axis, all others) for 'torch' and
 * 'mlx', one matrix a group or gate where the layout has them, (all others, out axes) for each index of the batch axes
 * where it names axes.
 *
 * @throws `ERR_INVALID_SHAPE`
 */
export function matrixView(shape: readonly number[], layout: Layout): MatrixView {
  if (typeof layout === 'object' && 'inAxes' in layout) {
    const { batchAxes, outAxes } = axisRoles(shape, layout)
    if (!('kind' in layout)) return namedView(shape, layout, batchAxes, outAxes)
  } else {
    requireRank(shape, layout)
  }
  const parts = typeof layout === 'object' && 'kind' in layout ? partsOf(layout) : 1
  const first = shape[0] as number
  const last = shape[shape.length - 1] as number
  return baseOf(layout) === 'keras'
    ? splitColumns(sizeOf(shape.slice(0, -1)), last, parts)
    : splitRows(first, sizeOf(shape.slice(1)), parts)
}

function partsOf(layout: Exclude<Layout, string>): number {
  if (!('kind' in layout)) return 1
  if (layout.kind === 'gates') return layout.gates
  return layout.kind === 'grouped' ? layout.groups : 1
}

function splitColumns(rows: number, columns: number, batch: number): MatrixView {
  const width = quotient(columns, batch)
  return { rows, columns: width, batch, batchStride: width, rowStride: columns, columnStride: 1 }
}

function splitRows(rows: number, columns: number, batch: number): MatrixView {
  const height = quotient(rows, batch)
  return { rows: height, columns, batch, batchStride: height * columns, rowStride: columns, columnStride: 1 }
}

function quotient(size: number, parts: number): number {
  if (size % parts === 0) return size / parts
  throw rangeError(
    'ERR_INVALID_SHAPE',
    `shape's output axis of ${size} can't be split into the layout's ${parts} parts`,
  )
}

function namedView(
  shape: readonly number[],
  layout: AxesLayout,
  batch: readonly number[],
  out: readonly number[],
): MatrixView {
  const rest = shape.map((_, axis) => axis).filter((axis) => !batch.includes(axis) && !out.includes(axis))
  if ((layout.groups ?? 1) !== 1) {
    throw rangeError(
      'ERR_INVALID_ARGUMENT',
      "layout of axes with groups has no matrix view: use kind 'grouped'",
    )
  }
  return {
    rows: sizeAlong(shape, rest),
    columns: sizeAlong(shape, out),
    batch: sizeAlong(shape, batch),
    batchStride: strideAlong(shape, batch),
    rowStride: strideAlong(shape, rest),
    columnStride: strideAlong(shape, out),
  }
}

/** The one stride of several axes taken together, which must follow each other without gaps. */
function strideAlong(shape: readonly number[], list: readonly number[]): number {
  const strides = stridesOf(shape)
  const real = [...list].sort((a, b) => a - b).filter((axis) => shape[axis] !== 1)
  for (const [i, axis] of real.slice(1).entries()) {
    if (strides[real[i] as number] !== (strides[axis] as number) * (shape[axis] as number)) {
      const message = `layout's axes ${list.join(', ')} must be neighbours in shape [${shape.join(', ')}] to make a matrix`
      throw rangeError('ERR_INVALID_SHAPE', message)
    }
  }
  const last = real[real.length - 1]
  return last === undefined ? 1 : (strides[last] as number)
}
