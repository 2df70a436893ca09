import { rangeError, show } from '../errors.js'
import { type AxesLayout, baseOf, type Layout, type ProductLayout, resolveAxes } from './layouts.js'

/** The part that each axis of a tensor plays. */
export interface AxisRoles {
  readonly inAxes: readonly number[]
  readonly outAxes: readonly number[]
  readonly batchAxes: readonly number[]
  /** The receptive field: all the others. */
  readonly spatialAxes: readonly number[]
}

/**
 * The axes of a tensor of rank >= 2 by layout.
 *
 * @throws `ERR_INVALID_SHAPE` where the rank is below 2 or an axis is missing or named twice
 */
export function axisRoles(shape: readonly number[], layout: Layout): AxisRoles {
  if (typeof layout === 'object' && 'inAxes' in layout) return namedRoles(shape, layout)
  const rank = shape.length
  requireRank(shape, layout)
  const base = baseOf(layout)
  const inAxis = { keras: rank - 2, torch: 1, mlx: rank - 1 }[base]
  const outAxis = base === 'keras' ? rank - 1 : 0
  const [inAxes, outAxes] = isTransposed(layout) ? [[outAxis], [inAxis]] : [[inAxis], [outAxis]]
  return { inAxes, outAxes, batchAxes: [], spatialAxes: others(rank, [inAxis, outAxis]) }
}

/** Refuses tensors that have no input and output axis. */
export function requireRank(shape: readonly number[], layout: Layout): void {
  if (shape.length >= 2) return
  const name = typeof layout === 'string' ? `'${layout}'` : 'given'
  throw rangeError('ERR_INVALID_SHAPE', `shape must have rank >= 2 in the ${name} layout, got ${show(shape)}`)
}

function isTransposed(layout: Layout): boolean {
  return typeof layout === 'object' && 'kind' in layout && layout.kind === 'transposed'
}

function namedRoles(shape: readonly number[], layout: AxesLayout | ProductLayout): AxisRoles {
  const rank = shape.length
  const inAxes = resolveAxes(layout.inAxes, rank)
  const outAxes = resolveAxes(layout.outAxes, rank)
  const batchAxes = resolveAxes(('batchAxes' in layout ? layout.batchAxes : undefined) ?? [], rank)
  const named = [...inAxes, ...outAxes, ...batchAxes]
  if (new Set(named).size !== named.length) {
    throw rangeError('ERR_INVALID_SHAPE', `layout names an axis of shape ${show(shape)} twice`)
  }
  return { inAxes, outAxes, batchAxes, spatialAxes: others(rank, named) }
}

function others(rank: number, named: readonly number[]): number[] {
  const rest: number[] = []
  for (let axis = 0; axis < rank; axis++) if (!named.includes(axis)) rest.push(axis)
  return rest
}

/** Product of the sizes of some axes. */
export function sizeAlong(shape: readonly number[], list: readonly number[]): number {
  return list.reduce((product, axis) => product * (shape[axis] as number), 1)
}

/** Distance in elements between neighbours on each axis, in C order. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1)
  for (let axis = shape.length - 2; axis >= 0; axis--) {
    strides[axis] = (strides[axis + 1] as number) * (shape[axis + 1] as number)
  }
  return strides
}
