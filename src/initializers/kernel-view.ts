import { wrongShape } from '../errors.js'
import { sizeOf } from '../validate.js'
import { axisRoles, stridesOf } from './axes.js'
import type { Layout } from './layouts.js'

/** A convolution kernel: entry (tap, i, j) is element `tap * tapStride + i * inStride + j * outStride`. */
export interface KernelView {
  /** Spatial sizes. */
  readonly kernel: readonly number[]
  readonly inChannels: number
  readonly outChannels: number
  readonly tapStride: number
  readonly inStride: number
  readonly outStride: number
}

/**
 * A tensor of rank 3 to 5 as the kernel of a convolution over 1 to 3 spatial axes.
 *
 * @throws `ERR_INVALID_SHAPE` for other ranks, or several input, output or batch axes
 */
export function kernelView(shape: readonly number[], layout: Layout): KernelView {
  const { inAxes, outAxes, batchAxes, spatialAxes } = axisRoles(shape, layout)
  const [inAxis, outAxis] = [inAxes[0], outAxes[0]]
  const single = inAxes.length === 1 && outAxes.length === 1 && batchAxes.length === 0
  if (shape.length < 3 || shape.length > 5 || !single || inAxis === undefined || outAxis === undefined) {
    throw wrongShape('be of a convolution kernel: rank 3 to 5 with one input and one output axis', shape)
  }
  const strides = stridesOf(shape)
  return {
    kernel: spatialAxes.map((axis) => shape[axis] as number),
    inChannels: shape[inAxis] as number,
    outChannels: shape[outAxis] as number,
    tapStride: strides[Math.max(...spatialAxes)] as number,
    inStride: strides[inAxis] as number,
    outStride: strides[outAxis] as number,
  }
}

/** Tap, input and output channel of an element, whichever is asked for. */
export function kernelEntries({
  kernel,
  inChannels,
  outChannels,
  tapStride,
  inStride,
  outStride,
}: KernelView) {
  const taps = sizeOf(kernel)
  return (element: number): [tap: number, i: number, o: number] => [
    Math.floor(element / tapStride) % taps,
    Math.floor(element / inStride) % inChannels,
    Math.floor(element / outStride) % outChannels,
  ]
}

/** Index of the centre tap in C order; `centreOf` gives the centre of one axis. */
export function centreTap(kernel: readonly number[], centreOf: (size: number) => number): number {
  return kernel.reduce((tap, size) => tap * size + centreOf(size), 0)
}
