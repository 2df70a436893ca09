import { uniformLaw } from '../random/laws.js'
import { CatalogueInitializer } from './catalogue-initializer.js'
import { define } from './definition.js'
import { aboveZero, flag } from './params.js'
import type { RandomOptions } from './random.js'
import type { Initializer } from './types.js'

export interface SirenOptions extends RandomOptions {
  /** Factor within the sine. Default: 30. */
  omega?: number | undefined
  /** Whether this is the first layer, which sees the coordinates. Default: false. */
  first?: boolean | undefined
}

export const SIREN = define<{ omega: number; first: boolean }>({
  className: 'Siren',
  random: true,
  params: { omega: aboveZero(30), first: flag(false) },
  law: ({ omega, first }, target) => {
    const fanIn = Math.max(1, target.fans().fanIn)
    const limit = first ? 1 / fanIn : Math.sqrt(6 / fanIn) / omega
    return uniformLaw(-limit, limit, target.dtype)
  },
})

/**
 * For layers sin(omega (W x + b)): uniform within 1 / fanIn in the first layer, within sqrt(6 / fanIn) / omega in the
 * others (Sitzmann et al. 2020).
 */
export function siren(options?: SirenOptions): Initializer {
  return new CatalogueInitializer(SIREN, options)
}
