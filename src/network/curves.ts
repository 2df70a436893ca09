/**
 * The functions that learning-rate schedules need. They enter the weights' bits, so they use + - * / alone, in a fixed
 * order, never the platform's mathematical library.
 */

/** `base` >= 0 to the `exponent` >= 0, a multiple of 1/2, by repeated squaring. */
export function power(base: number, exponent: number): number {
  if (!Number.isInteger(exponent)) return power(Math.sqrt(base), 2 * exponent)
  let result = 1
  let square = base
  for (let rest = exponent; rest >= 1; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square
    square *= square
  }
  return result
}

/** Highest power of the Taylor series below: its next term is under 2^-60 for angles up to pi / 4. */
const TERMS = 20

/** Sum of (-1)^k angle^(2 k + first) / (2 k + first)!: the cosine for `first` 0, the sine for 1. */
function series(angle: number, first: 0 | 1): number {
  let sum = 1
  for (let n = TERMS + first; n > first; n -= 2) sum = 1 - (sum * angle * angle) / (n * (n - 1))
  return first === 0 ? sum : sum * angle
}

/** cos(pi x) for x from 0 to 1, to about 2^-52. */
export function cosPi(x: number): number {
  if (x > 0.5) return -cosPi(1 - x)
  return x > 0.25 ? series(Math.PI * (0.5 - x), 1) : series(Math.PI * x, 0)
}
