import { split } from './plan.js'

/**
 * A straight line from a bound, for the words next to it: there the quantile's few ulp would decide whether the
 * outermost float gets no words at all or those of its neighbours.
 */
export interface Edge {
  /** Words from the end that the line makes. */
  readonly words: number
  /** The bound in two parts. */
  readonly high: number
  readonly low: number
  /** From word to word, away from the bound. */
  readonly step: number
}

/** How far from a bound its line reaches, in units of the bound: above twice the quantile's error. */
const REACH = 1 / 1048576

/** The line at `bound`, which is `z` sigmas from the mean, with words `spacing` sigmas apart. */
export function edgeAt(bound: number, z: number, spacing: number, stddev: number, sign: 1 | -1): Edge {
  const words = Math.min((REACH * Math.abs(z)) / spacing, 1073741824)
  // An end that words don't come near needs no line; nor has an infinite one any.
  if (!Number.isFinite(z) || !Number.isFinite(bound) || words < 1)
    return { words: 0, high: 0, low: 0, step: 0 }
  const [high, low] = split(bound)
  return { words: Math.floor(words), high, low, step: Math.fround(sign * spacing * stddev) }
}
