import { exp } from '../math/special.js'
import { cosTurns, sinTurns } from '../math/turns.js'
import { wrongShape } from '../errors.js'
import { sizeOf } from '../validate.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import type { CommonOptions } from './constant.js'
import { define, type InitializerLaw, type Target } from './definition.js'
import { kernelView } from './kernel-view.js'
import { aboveZero, optional, real } from './params.js'
import type { Initializer } from './types.js'
import { computed } from './values.js'

export interface GaussianOptions extends CommonOptions {
  /** Standard deviation in taps. Default: a sixth of each axis's size, so that 3 sigma lie within. */
  sigma?: number | undefined
}

export interface GaborOptions extends CommonOptions {
  /** Wavelength in taps. Default: 4. */
  wavelength?: number | undefined
  /** Standard deviation of the envelope in taps. Default: 2. */
  sigma?: number | undefined
  /** Ratio of the envelope's lengths across and along the wave. Default: 0.5. */
  aspect?: number | undefined
  /** Phase in radians. Default: 0. */
  phase?: number | undefined
}

/** Weight of a filter at a place counted from the kernel's centre. */
type Filter = (place: readonly number[], kernel: readonly number[]) => number

/** A kernel whose output channel o applies filter number o to the mean of its input channels. */
function bankLaw(target: Target, filterOf: (output: number, outputs: number) => Filter): InitializerLaw {
  const view = kernelView(target.shape, target.layout)
  const { kernel, inChannels, outChannels, tapStride, inStride, outStride } = view
  return computed(target, function* (data) {
    const taps = sizeOf(kernel)
    for (let o = 0; o < outChannels; o++) {
      const filter = filterOf(o, outChannels)
      for (let tap = 0; tap < taps; tap++) {
        const weight = filter(placeOf(kernel, tap), kernel) / inChannels
        for (let i = 0; i < inChannels; i++) data[tap * tapStride + i * inStride + o * outStride] = weight
      }
      yield 0
    }
  })
}

/** The place of a tap, counted in C order, from the centre. */
function placeOf(kernel: readonly number[], tap: number): number[] {
  const place = new Array<number>(kernel.length)
  let rest = tap
  for (let axis = kernel.length - 1; axis >= 0; axis--) {
    const size = kernel[axis] as number
    place[axis] = (rest % size) - (size - 1) / 2
    rest = Math.floor(rest / size)
  }
  return place
}

function requirePlane({ shape, layout }: Target, size?: number): void {
  const { kernel } = kernelView(shape, layout)
  if (kernel.length === 2 && (size === undefined || kernel.every((side) => side === size))) return
  const allowed = size === undefined ? 'two spatial axes' : `two spatial axes of ${size}`
  throw wrongShape(`have ${allowed}`, shape)
}

/** 1, 2, 1 across times -1, 0, 1 along; diagonals as 0, 1, 2 over their mirror image. */
const SOBEL: readonly Filter[] = [
  ([y = 0, x = 0]) => x * (2 - Math.abs(y)),
  ([y = 0, x = 0]) => y * (2 - Math.abs(x)),
  ([y = 0, x = 0]) => x + y,
  ([y = 0, x = 0]) => x - y,
]

export const SOBEL_BANK = define<object>({
  className: 'Sobel',
  random: false,
  params: {},
  law: (_, target) => {
    requirePlane(target, 3)
    return bankLaw(target, (o) => SOBEL[o % SOBEL.length] as Filter)
  },
})

export const LAPLACIAN = define<object>({
  className: 'Laplacian',
  random: false,
  params: {},
  law: (_, target) => {
    const { kernel } = kernelView(target.shape, target.layout)
    if (!kernel.every((side) => side === 3)) {
      throw wrongShape('have spatial axes of 3', target.shape)
    }
    return bankLaw(target, () => (place) => {
      const distance = place.reduce((sum, x) => sum + Math.abs(x), 0)
      return distance === 0 ? -2 * place.length : Number(distance === 1)
    })
  },
})

function totalOf(filter: Filter, kernel: readonly number[]): number {
  let total = 0
  for (let tap = 0; tap < sizeOf(kernel); tap++) total += filter(placeOf(kernel, tap), kernel)
  return total
}

export const GAUSSIAN = define<{ sigma: number | null }>({
  className: 'GaussianFilter',
  aliases: ['gaussian'],
  random: false,
  params: { sigma: optional(aboveZero()) },
  law: ({ sigma }, target) => {
    const bell: Filter = (place, kernel) =>
      place.reduce((product, x, axis) => {
        const width = sigma ?? (kernel[axis] as number) / 6
        return product * exp((-0.5 * x * x) / (width * width))
      }, 1)
    let total: number | undefined
    return bankLaw(target, () => (place, kernel) => {
      total ??= totalOf(bell, kernel)
      return bell(place, kernel) / total
    })
  },
})

interface Gabor {
  wavelength: number
  sigma: number
  aspect: number
  phase: number
}

export const GABOR = define<Gabor>({
  className: 'Gabor',
  random: false,
  params: { wavelength: aboveZero(4), sigma: aboveZero(2), aspect: aboveZero(0.5), phase: real(0) },
  law: ({ wavelength, sigma, aspect, phase }, target) => {
    requirePlane(target)
    return bankLaw(target, (o, outputs) => {
      const [c, s] = [cosTurns(o / outputs / 2), sinTurns(o / outputs / 2)]
      return ([y = 0, x = 0]) => {
        const along = x * c + y * s
        const across = aspect * (y * c - x * s)
        const envelope = exp((-0.5 * (along * along + across * across)) / (sigma * sigma))
        return envelope * cosTurns(along / wavelength + phase / (2 * Math.PI))
      }
    })
  },
})

/**
 * Sobel's 3 x 3 edge filters: output channel o has horizontal, vertical and both diagonal gradients in turn, of the mean
 * of its input channels (Sobel and Feldman 1968).
 */
export function sobel(options?: CommonOptions): Initializer {
  return new CatalogueInitializer(SOBEL_BANK, options)
}

/** The discrete Laplace operator of 1 to 3 spatial axes of 3, of the mean of the input channels. */
export function laplacian(options?: CommonOptions): Initializer {
  return new CatalogueInitializer(LAPLACIAN, options)
}

/** A bell of total weight 1 on 1 to 3 spatial axes, on the mean of the input channels: blurs. */
export function gaussian(options?: GaussianOptions): Initializer {
  return new CatalogueInitializer(GAUSSIAN, options)
}

/**
 * A bank of Gabor filters: exp(-(x'^2 + aspect^2 y'^2) / (2 sigma^2)) cos(2 pi x' / wavelength + phase), x' and y' being the
 * place turned by pi o / outputs (Daugman 1985). Two spatial axes.
 */
export function gabor(options?: GaborOptions): Initializer {
  return new CatalogueInitializer(GABOR, options)
}
