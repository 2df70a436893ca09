import { tailMass } from '../../math/special.js'
import { type DoubleDouble, doubled, over, plus, product, times } from './double-double.js'

/** 1 / sqrt(2 pi). */
const DENSITY_AT_0: DoubleDouble = { high: 0.3989422804014327, low: -2.49232720227773e-17 }

/** From here on the mass beyond, which a double holds to its last digits, is small enough. */
const FAR = 6

/**
 * The standard normal mass between 0 and z, for z >= 0, to about 80 bits: z + z^3/3 + z^5/15 + ... over the series of
 * exp(z^2 / 2). All terms of both are positive, so nothing cancels.
 */
export function massTo(z: number): DoubleDouble {
  if (z >= FAR) return plus(doubled(0.5), doubled(-tailMass(z)))
  const square = product(z, z)
  let [odd, odds, even, evens] = [doubled(1), doubled(1), doubled(1), doubled(1)]
  for (let n = 1; even.high > evens.high * 1e-33; n++) {
    odd = over(times(odd, square), doubled(2 * n + 1))
    even = over(times(even, square), doubled(2 * n))
    odds = plus(odds, odd)
    evens = plus(evens, even)
  }
  return times(times(DENSITY_AT_0, doubled(z)), over(odds, evens))
}
