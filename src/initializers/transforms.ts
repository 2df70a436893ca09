import { cosTurns, sinTurns } from '../math/turns.js'
import { wrongShape } from '../errors.js'
import { allocate } from '../validate.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import type { CommonOptions } from './constant.js'
import { define, type Target } from './definition.js'
import { kernelEntries, kernelView } from './kernel-view.js'
import { flag, nullable, whole, word } from './params.js'
import type { Initializer } from './types.js'
import { each, entryOf, matrixAxes } from './values.js'

export interface DaubechiesOptions extends CommonOptions {
  /** Vanishing moments, 1 (Haar) to 3: filters of twice as many taps. Default: 2. */
  order?: number | undefined
}

export interface StftOptions extends CommonOptions {
  /** The real or the imaginary part of the transform. Default: 'real'. */
  side?: 'real' | 'imag' | undefined
  /** Null is neither a window nor a scaling. Default: 'hann'. */
  window?: 'hann' | 'hamming' | 'ones' | null | undefined
  /** Divides by the root of the window's energy, by its sum, or by nothing (null). Default: 'density'. */
  scaling?: 'density' | 'spectrum' | null | undefined
  /** Whether the window is a period of a periodic one, or symmetric. Default: false. */
  periodic?: boolean | undefined
}

export const DCT = define<object>({
  className: 'Dct',
  random: false,
  params: {},
  law: (_, target) => {
    const axes = matrixAxes(target)
    const period = 4 * axes.inputs
    return each(target, (element) => {
      const [n, k] = entryOf(axes, element)
      return Math.sqrt((k === 0 ? 1 : 2) / axes.inputs) * cosTurns((((2 * n + 1) * k) % period) / period)
    })
  },
})

export const HAAR = define<object>({
  className: 'Haar',
  random: false,
  params: {},
  law: (_, target) => {
    const axes = matrixAxes(target)
    const { inputs } = axes
    requirePowerOfTwo(target, inputs)
    return each(target, (element) => {
      const [n, k] = entryOf(axes, element)
      if (k === 0) return 1 / Math.sqrt(inputs)
      if (k >= inputs) return 0
      // Basis function k > 0 is number k - level of its level: +1 on a half of its share, -1 on the other.
      const level = 2 ** (31 - Math.clz32(k))
      const share = inputs / level
      const within = n - (k - level) * share
      if (within < 0 || within >= share) return 0
      return (within < share / 2 ? 1 : -1) / Math.sqrt(share)
    })
  },
})

function requirePowerOfTwo({ shape }: Target, size: number): void {
  if (size === 0 || Number.isInteger(Math.log2(size))) return
  throw wrongShape('have a power of two of inputs', shape)
}

/** Scaling filters of Daubechies' orthonormal wavelets, whose squares add up to 1 (Daubechies 1988). */
function scalingFilter(order: number): number[] {
  const half = Math.sqrt(0.5)
  if (order === 1) return [half, half]
  if (order === 2) {
    const root = Math.sqrt(3)
    return [1 + root, 3 + root, 3 - root, 1 - root].map((x) => (x * half) / 4)
  }
  const root = Math.sqrt(10)
  const inner = Math.sqrt(5 + 2 * root)
  return [
    1 + root + inner,
    5 + root + 3 * inner,
    10 - 2 * root + 2 * inner,
    10 - 2 * root - 2 * inner,
    5 + root - 3 * inner,
    1 + root - inner,
  ].map((x) => (x * half) / 16)
}

export const DAUBECHIES = define<{ order: number }>({
  className: 'Daubechies',
  random: false,
  params: { order: whole(1, 2, 3) },
  law: ({ order }, target) => {
    target.requireRank(3, 3)
    const view = kernelView(target.shape, target.layout)
    const low = scalingFilter(order)
    if (view.kernel[0] !== low.length) {
      throw wrongShape(`have ${low.length} taps for order ${order}`, target.shape)
    }
    const high = low.map((_, k) => (k % 2 === 0 ? 1 : -1) * (low[low.length - 1 - k] as number))
    const entry = kernelEntries(view)
    return each(target, (element) => {
      const [tap, , o] = entry(element)
      return ((o % 2 === 0 ? low : high)[tap] as number) / view.inChannels
    })
  },
})

interface Stft {
  side: 'real' | 'imag'
  window: 'hann' | 'hamming' | 'ones' | null
  scaling: 'density' | 'spectrum' | null
  periodic: boolean
}

/** Raised cosines by the weight of their constant part. */
const RAISED = { hann: 0.5, hamming: 0.54, ones: 1 } as const

function windowOf({ window, periodic }: Stft, length: number): Float64Array {
  const base = RAISED[window ?? 'ones']
  const period = periodic ? length : length - 1
  if (length === 1) return Float64Array.of(1)
  const out = allocate(`a window of ${length}`, () => new Float64Array(length))
  return out.map((_, t) => base - (1 - base) * cosTurns(t / period))
}

export const STFT = define<Stft>({
  className: 'STFT',
  aliases: ['STFTInitializer'],
  random: false,
  params: {
    side: word(['real', 'imag'], 'real'),
    window: nullable(word(['hann', 'hamming', 'ones'], 'hann')),
    scaling: nullable(word(['density', 'spectrum'], 'density')),
    periodic: flag(false),
  },
  law: (stft, target) => {
    target.requireRank(3, 3)
    const [length = 0, inputs = 0, bins = 0] = target.shape
    if (inputs > 1 || bins === 1) {
      throw wrongShape('be [frame, 1, bins] with 2 bins or more', target.shape)
    }
    let wave: ReturnType<typeof waveOf> | undefined
    return each(target, (element) => (wave ??= waveOf(stft, windowOf(stft, length), bins))(element))
  },
})

/** The value of an element: of bin f at time t, counted bin by bin. */
function waveOf(stft: Stft, window: Float64Array, bins: number): (element: number) => number {
  const power = stft.scaling === 'density' ? (w: number) => w * w : Math.abs
  const total = window.reduce((sum, w) => sum + power(w), 0)
  // Without a window Keras scales nothing either.
  const plain = stft.scaling === null || stft.window === null
  const scale = plain ? 1 : stft.scaling === 'density' ? Math.sqrt(total) : total
  const points = 2 * (bins - 1)
  const wave = stft.side === 'real' ? cosTurns : (turns: number) => -sinTurns(turns)
  return (element) => {
    const [t, f] = [Math.floor(element / bins), element % bins]
    return (wave(((t * f) % points) / points) * (window[t] as number)) / scale
  }
}

/**
 * The matrix of the orthonormal discrete cosine transform DCT-II from inputs to outputs: sqrt(2 / N) cos(pi (2n + 1) k / 2N),
 * over sqrt 2 for k = 0 (Ahmed, Natarajan and Rao 1974). Rank 2.
 */
export function dct(options?: CommonOptions): Initializer {
  return new CatalogueInitializer(DCT, options)
}

/** The orthonormal basis of Haar's wavelets (1910), one an output, from the coarsest on; a power of two of inputs. Rank 2. */
export function haar(options?: CommonOptions): Initializer {
  return new CatalogueInitializer(HAAR, options)
}

/**
 * Filters of Daubechies' orthonormal wavelets (1988) for a convolution with stride 2: even outputs have the scaling, odd
 * ones the wavelet filter, of the mean of the inputs. Rank 3 with 2 `order` taps.
 */
export function daubechies(options?: DaubechiesOptions): Initializer {
  return new CatalogueInitializer(DAUBECHIES, options)
}

/**
 * The kernel of a short-time Fourier transform of 2 (bins - 1) points, windowed, as `keras.initializers.STFT`: shape
 * [frame, 1, bins].
 */
export function stft(options?: StftOptions): Initializer {
  return new CatalogueInitializer(STFT, options)
}
