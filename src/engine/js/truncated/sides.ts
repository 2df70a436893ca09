import { centralMass, density, tailMass } from '../../../math/special.js'
import { WORDS } from './plan.js'

/**
 * How the words of a cut are counted from the mean: both sides outwards, word `zero` the first on the right. `y` is
 * twice the mass between the mean and the quantile.
 */
export interface Sides {
  readonly zero: number
  /** What to add to a word's count on the right and on the left, for the middle of the word. */
  readonly half: Float32Array
  /** `y` of the first word: 0 unless the whole cut lies on the right. */
  readonly y0: number
  /** `y` of a word. */
  readonly dy: number
  readonly spacing: readonly [number, number]
}

/** The sides of a cut with b > 0. */
export function sidesOf(a: number, b: number): Sides {
  const left = a < 0 ? centralMass(-a) : 0
  const y0 = a < 0 ? 0 : centralMass(a)
  const dy = totalMass(a, b, left, y0) / WORDS
  const crossing = WORDS * (left / (dy * WORDS))
  const zero = Math.min(Math.floor(crossing + 0.5), WORDS - 1)
  const rest = crossing - zero
  return {
    zero,
    half: Float32Array.of(0.5 - rest, 0.5 + rest),
    y0,
    dy,
    spacing: [(0.5 * dy) / density(a), (0.5 * dy) / density(b)],
  }
}

function totalMass(a: number, b: number, left: number, y0: number): number {
  if (a < 0) return left + centralMass(b)
  // Beyond 1 sigma tails are the smaller, so the more exact.
  return a < 1 ? centralMass(b) - y0 : 2 * (tailMass(a) - tailMass(b))
}
