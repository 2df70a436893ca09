import { wrongShape } from '../errors.js'
import { axisRoles, sizeAlong, stridesOf } from './axes.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import type { CommonOptions } from './constant.js'
import { define, type Target } from './definition.js'
import { real } from './params.js'
import type { Initializer } from './types.js'
import { computed } from './values.js'

export interface IdInitOptions extends CommonOptions {
  /** Value of the ones. Default: 1. */
  gain?: number | undefined
}

function outputAxis({ shape, layout }: Target): number {
  const { outAxes } = axisRoles(shape, layout)
  const outAxis = outAxes[0]
  if (outAxes.length !== 1 || outAxis === undefined)
    throw wrongShape('have one output axis in the layout', shape)
  return outAxis
}

/** Elements of one output, in the order input channel, then taps; and the distance between outputs. */
function outputRows(
  { shape, layout }: Target,
  outAxis: number,
): { outputs: number; outStride: number; places: number[] } {
  const { inAxes, spatialAxes } = axisRoles(shape, layout)
  const strides = stridesOf(shape)
  const axes = [...inAxes, ...spatialAxes]
  const places = new Array<number>(sizeAlong(shape, axes))
  for (let place = 0; place < places.length; place++) {
    let [rest, at] = [place, 0]
    for (const axis of [...axes].reverse()) {
      const size = shape[axis] as number
      at += (rest % size) * (strides[axis] as number)
      rest = Math.floor(rest / size)
    }
    places[place] = at
  }
  return { outputs: shape[outAxis] as number, outStride: strides[outAxis] as number, places }
}

export const ID_INIT = define<{ gain: number }>({
  className: 'IdInit',
  random: false,
  params: { gain: real(1) },
  law: ({ gain }, target) => {
    target.requireRank(2, 5)
    const outAxis = outputAxis(target)
    return computed(target, function* (data) {
      const { outputs, outStride, places } = outputRows(target, outAxis)
      const period = Math.min(outputs, places.length)
      for (let o = 0; o < outputs; o++) {
        for (let i = o % period; i < places.length; i += period)
          data[(places[i] as number) + o * outStride] = gain
        yield 0
      }
    })
  },
})

/**
 * Identity matrices side by side until the longer axis is full, so that a matrix that is not square has no dead units
 * (Pan et al. 2025, "IDInit"): `gain` where input and output number agree modulo the smaller of the two, else 0. Inputs of
 * a convolution are its channels and taps, as (out, in * taps).
 */
export function idInit(options?: IdInitOptions): Initializer {
  return new CatalogueInitializer(ID_INIT, options)
}
