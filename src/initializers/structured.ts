import { wrongShape } from '../errors.js'
import { axisRoles, stridesOf } from './axes.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import type { CommonOptions } from './constant.js'
import { define, type InitializerLaw } from './definition.js'
import { kernelEntries, kernelView } from './kernel-view.js'
import { real } from './params.js'
import type { Initializer } from './types.js'
import { each } from './values.js'

export interface HippoOptions extends CommonOptions {
  /** Factor on the matrix. Default: 1. */
  gain?: number | undefined
}

/** 1 where an even number of binary digits is 1 in both, else -1: Sylvester's Hadamard matrix. */
function hadamard(i: number, j: number): number {
  let parity = 0
  for (let both = i & j; both !== 0; both &= both - 1) parity ^= 1
  return parity === 0 ? 1 : -1
}

export const ZERO_HADAMARD = define<object>({
  className: 'ZerOHadamard',
  random: false,
  params: {},
  law: (_, target): InitializerLaw => {
    target.requireRank(2, 5)
    const { inAxes, outAxes, spatialAxes } = axisRoles(target.shape, target.layout)
    const strides = stridesOf(target.shape)
    const [inAxis, outAxis] = [inAxes[0], outAxes[0]]
    if (inAxes.length !== 1 || outAxes.length !== 1 || inAxis === undefined || outAxis === undefined) {
      throw wrongShape('have one input and one output axis in the layout', target.shape)
    }
    const [inputs, outputs] = [target.shape[inAxis] as number, target.shape[outAxis] as number]
    let order = 1
    while (order < outputs) order *= 2
    const scale = 1 / Math.sqrt(order)
    const place = (element: number, axis: number) =>
      Math.floor(element / (strides[axis] as number)) % (target.shape[axis] as number)
    return each(target, (element) => {
      if (!spatialAxes.every((axis) => place(element, axis) === (target.shape[axis] as number) >> 1)) return 0
      const [i, o] = [place(element, inAxis), place(element, outAxis)]
      return outputs <= inputs ? Number(o === i) : hadamard(o, i) * scale
    })
  },
})

/** Weight of tap `i` in the linear interpolation along an axis of `size` taps. */
function tent(size: number, i: number): number {
  const factor = Math.floor((size + 1) / 2)
  const centre = size % 2 === 1 ? factor - 1 : factor - 0.5
  return 1 - Math.abs(i - centre) / factor
}

export const BILINEAR = define<object>({
  className: 'Bilinear',
  random: false,
  params: {},
  law: (_, target): InitializerLaw => {
    const view = kernelView(target.shape, target.layout)
    const { kernel, inChannels, outChannels } = view
    const entry = kernelEntries(view)
    const single = inChannels === 1 || outChannels === 1
    return each(target, (element) => {
      const [tap, i, o] = entry(element)
      if (!single && i !== o) return 0
      let rest = tap
      let weight = 1
      for (let axis = kernel.length - 1; axis >= 0; axis--) {
        const size = kernel[axis] as number
        weight *= tent(size, rest % size)
        rest = Math.floor(rest / size)
      }
      return weight
    })
  },
})

export const HIPPO = define<{ gain: number }>({
  className: 'Hippo',
  random: false,
  params: { gain: real(1) },
  law: ({ gain }, target): InitializerLaw => {
    target.requireRank(2, 2)
    const [rows = 0, columns = 0] = target.shape
    if (rows !== columns) throw wrongShape('be square', target.shape)
    return each(target, (element) => {
      const [n, k] = [Math.floor(element / columns), element % columns]
      if (k > n) return 0
      return k === n ? -gain * (n + 1) : -gain * Math.sqrt((2 * n + 1) * (2 * k + 1))
    })
  },
})

/**
 * Without randomness: the identity as far as it goes where there are no more outputs than inputs, else the first columns
 * of a Hadamard matrix over the square root of its order, orthonormal where outputs are a power of two (Zhao et al.
 * 2022). Rank 2; kernels of convolutions have it at the centre tap.
 */
export function zerO(options?: CommonOptions): Initializer {
  return new CatalogueInitializer(ZERO_HADAMARD, options)
}

/**
 * The kernel of a transposed convolution that upsamples by linear interpolation, by (size + 1) >> 1 on each axis, each
 * channel to itself (Long et al. 2015; Caffe's and MXNet's bilinear filler). Rank 3 to 5.
 */
export function bilinear(options?: CommonOptions): Initializer {
  return new CatalogueInitializer(BILINEAR, options)
}

/**
 * HiPPO-LegS's state matrix: -sqrt((2n + 1)(2k + 1)) below the diagonal, -(n + 1) on it, 0 above (Gu et al. 2020).
 * Square matrices.
 */
export function hippo(options?: HippoOptions): Initializer {
  return new CatalogueInitializer(HIPPO, options)
}
