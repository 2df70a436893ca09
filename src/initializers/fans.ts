import { rangeError } from '../errors.js'
import { shapeOf, sizeOf } from '../validate.js'
import { axisRoles, sizeAlong } from './axes.js'
import {
  baseOf,
  layoutOf,
  type LayerLayout,
  type Layout,
  type ProductLayout,
  type TransposedLayout,
} from './layouts.js'

/** How many units feed one output, and how many one input feeds. */
export interface Fans {
  fanIn: number
  fanOut: number
}

/**
 * The fans of a tensor, at least 1 each.
 *
 * 'keras': rank 0 gives 1 and 1, rank 1 n and n, rank 2 (in, out), higher ranks (..., in, out) times the receptive
 * field. 'torch' (out, in, ...) and 'mlx' (out, ..., in) refuse ranks below 2, as those frameworks do. The axes form
 * reads any order; the layer kinds count the true multiply-adds of depthwise, grouped and transposed convolutions and
 * of packed gates, which frameworks get wrong (pytorch#23854, keras#11773).
 *
 * @throws `ERR_INVALID_SHAPE`, `ERR_INVALID_ARGUMENT`
 */
export function computeFans(shape: readonly number[], layout: Layout = 'keras'): Fans {
  return fansOf(shapeOf(shape), layoutOf(layout))
}

/** As `computeFans`, of a checked shape and layout. */
export function fansOf(shape: readonly number[], layout: Layout): Fans {
  const { fanIn, fanOut } = countedFans(shape, layout)
  return { fanIn: Math.max(1, fanIn), fanOut: Math.max(1, fanOut) }
}

function countedFans(shape: readonly number[], layout: Layout): Fans {
  if (typeof layout === 'object' && 'fanIn' in layout) return layout
  if (layout === 'keras' && shape.length < 2) {
    const n = sizeOf(shape)
    return { fanIn: n, fanOut: n }
  }
  const { inAxes, outAxes, spatialAxes } = axisRoles(shape, layout)
  const field = isProduct(layout) ? 1 : sizeAlong(shape, spatialAxes)
  const fans = { fanIn: sizeAlong(shape, inAxes) * field, fanOut: sizeAlong(shape, outAxes) * field }
  if (typeof layout === 'string' || isProduct(layout)) return fans
  if ('kind' in layout) return layerFans(layout, fans, field, shape, spatialAxes.length)
  return { fanIn: fans.fanIn, fanOut: divided(fans.fanOut, layout.groups ?? 1, 'groups') }
}

function isProduct(layout: Layout): layout is ProductLayout {
  return typeof layout === 'object' && 'kind' in layout && layout.kind === 'product'
}

function layerFans(
  layout: LayerLayout,
  fans: Fans,
  field: number,
  shape: readonly number[],
  spatial: number,
): Fans {
  const { fanIn, fanOut } = fans
  switch (layout.kind) {
    case 'depthwise': {
      const last = shape[shape.length - 1] as number
      return { fanIn: field, fanOut: field * (baseOf(layout) === 'keras' ? last : (layout.multiplier ?? 1)) }
    }
    case 'grouped':
      return { fanIn, fanOut: divided(fanOut, layout.groups, 'groups') }
    case 'gates':
      return { fanIn, fanOut: divided(fanOut, layout.gates, 'gates') }
    case 'transposed':
      return { fanIn: divided(fanIn, layout.groups ?? 1, 'groups') / strideProduct(layout, spatial), fanOut }
  }
}

function divided(fan: number, by: number, what: string): number {
  if (fan % by === 0) return fan / by
  throw rangeError('ERR_INVALID_SHAPE', `shape's output axis must be divisible by the layout's ${by} ${what}`)
}

function strideProduct({ stride = 1 }: TransposedLayout, spatial: number): number {
  if (typeof stride === 'number') return sizeOf(new Array<number>(spatial).fill(stride))
  if (stride.length === spatial) return sizeOf(stride)
  throw rangeError(
    'ERR_INVALID_SHAPE',
    `layout.stride must have one entry for each of ${spatial} spatial axes`,
  )
}
