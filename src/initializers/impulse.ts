import { eachDraw, u53 } from '../math/u53.js'
import { sizeOf } from '../validate.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define } from './definition.js'
import { kernelView } from './kernel-view.js'
import { optional, real } from './params.js'
import type { RandomOptions } from './random.js'
import type { Initializer } from './types.js'
import { computed } from './values.js'

export interface ImpulseOptions extends RandomOptions {
  /** Value of the one tap of a filter. Default: 1 / sqrt(taps). */
  value?: number | undefined
}

/** Filters made between two breaks. */
const FILTERS = 1 << 14

export const IMPULSE = define<{ value: number | null }>({
  className: 'Impulse',
  random: true,
  params: { value: optional(real()) },
  law: ({ value }, target) => {
    const view = kernelView(target.shape, target.layout)
    const { inChannels, outChannels, tapStride, inStride, outStride } = view
    const taps = sizeOf(view.kernel)
    const height = value ?? 1 / Math.sqrt(taps)
    return computed(target, function* (data, stream) {
      const filters = inChannels * outChannels
      for (let first = 0; first < filters; first += FILTERS) {
        eachDraw(stream, first, Math.min(FILTERS, filters - first), (k, hi, lo) => {
          const tap = Math.min(Math.floor(u53(hi, lo) * taps), taps - 1)
          const [i, o] = [Math.floor(k / outChannels), k % outChannels]
          data[tap * tapStride + i * inStride + o * outStride] = height
        })
        yield 0
      }
    })
  },
  describe: ({ value }, target) => {
    const taps = Math.max(1, sizeOf(kernelView(target.shape, target.layout).kernel))
    const height = value ?? 1 / Math.sqrt(taps)
    const stddev = Math.abs(height) * Math.sqrt((1 - 1 / taps) / taps)
    const [min, max] = taps === 1 ? [height, height] : [Math.min(0, height), Math.max(0, height)]
    return { distribution: 'impulse', mean: height / taps, stddev, min, max }
  },
})

/**
 * Filters with one random tap each, else 0: shifts, as depthwise filters of convolutional mixers should start (Zheng et
 * al. 2024, "Structured Initialization for Attention in Vision Transformers"). Rank 3 to 5.
 */
export function impulse(options?: ImpulseOptions): Initializer {
  return new CatalogueInitializer(IMPULSE, options)
}
