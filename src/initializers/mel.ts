import { ln } from '../math/special.js'
import { rangeError } from '../errors.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import type { CommonOptions } from './constant.js'
import { define } from './definition.js'
import { aboveZero, atLeastZero } from './params.js'
import type { Initializer } from './types.js'
import { computed, matrixAxes } from './values.js'

export interface MelOptions extends CommonOptions {
  /** Samples a second. Default: 8000. */
  sampleRate?: number | undefined
  /** Lower edge of the first band in Hz. Default: 125. */
  lowerHz?: number | undefined
  /** Upper edge of the last band in Hz, at most half the sample rate. Default: 3800. */
  upperHz?: number | undefined
}

interface Mel {
  sampleRate: number
  lowerHz: number
  upperHz: number
}

/** The mel scale of HTK: equal steps sound equally high. */
const toMel = (hertz: number): number => 1127 * ln(1 + hertz / 700)

export const MEL = define<Mel>({
  className: 'Mel',
  random: false,
  params: { sampleRate: aboveZero(8000), lowerHz: atLeastZero(125), upperHz: aboveZero(3800) },
  check: ({ sampleRate, lowerHz, upperHz }) => {
    if (lowerHz < upperHz && upperHz <= sampleRate / 2) return
    const message = `lowerHz must be below upperHz, and that at most half of sampleRate, got ${lowerHz}, ${upperHz} and ${sampleRate}`
    throw rangeError('ERR_INVALID_ARGUMENT', message)
  },
  law: ({ sampleRate, lowerHz, upperHz }, target) => {
    const { inputs: bins, outputs: bands, inStride, outStride } = matrixAxes(target)
    const [first, last] = [toMel(lowerHz), toMel(upperHz)]
    const edge = (k: number): number => first + ((last - first) * k) / (bands + 1)
    return computed(target, function* (data) {
      // Bin 0 is the constant part: it belongs to no band.
      for (let bin = 1; bin < bins; bin++) {
        const mel = toMel((sampleRate / 2 / (bins - 1)) * bin)
        for (let band = 0; band < bands; band++) {
          const [low, centre, high] = [edge(band), edge(band + 1), edge(band + 2)]
          const slope = Math.min((mel - low) / (centre - low), (high - mel) / (high - centre))
          data[bin * inStride + band * outStride] = Math.max(0, slope)
        }
        yield 0
      }
    })
  },
})

/**
 * A bank of triangular filters of equal width on the mel scale, from the bins of a spectrum to bands, as
 * `tf.signal.linear_to_mel_weight_matrix` (the scale of HTK, 1127 ln(1 + f / 700)). Rank 2.
 */
export function mel(options?: MelOptions): Initializer {
  return new CatalogueInitializer(MEL, options)
}
