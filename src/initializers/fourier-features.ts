import { normalLaw } from '../random/laws.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define } from './definition.js'
import { atLeastZero } from './params.js'
import type { RandomOptions } from './random.js'
import type { Initializer } from './types.js'

export interface FourierFeaturesOptions extends RandomOptions {
  /** Standard deviation of the frequencies, in periods over a unit of the coordinates. Default: 10. */
  scale?: number | undefined
}

export const FOURIER_FEATURES = define<{ scale: number }>({
  className: 'FourierFeatures',
  random: true,
  params: { scale: atLeastZero(10) },
  law: ({ scale }, target) => {
    target.requireRank(2, 2)
    return normalLaw(0, scale, target.dtype)
  },
})

/**
 * Frequencies B of the features cos(2 pi B x), sin(2 pi B x) of coordinates x: normal with standard deviation `scale`
 * (Tancik et al. 2020; Rahimi and Recht 2007). Rank 2.
 */
export function fourierFeatures(options?: FourierFeaturesOptions): Initializer {
  return new CatalogueInitializer(FOURIER_FEATURES, options)
}
