import { polynomial } from './special.js'

/** Terms of sin(pi/4 x) / x of x^2. */
export const SIN = [
  0.7853981633974483, -0.08074551218828079, 0.0024903945701927202, -3.657620418217725e-5,
  3.1336168903781217e-7, -1.757247673443401e-9, 6.948453273886629e-12, -2.0410263396641442e-14,
  4.628704628834683e-17,
]

/** Terms of cos(pi/4 x) of x^2. */
export const COS = [
  1, -0.30842513753404244, 0.015854344243815502, -0.00032599188692739, 3.59086044859151e-6,
  -2.4611369504942e-8, 1.1501159127974052e-10, -3.8980731712596753e-13, 1.001886461636272e-15,
]

/** Cosine of `turns` full turns, without libm: equal on every engine. Error below 2^-52. */
export function cosTurns(turns: number): number {
  return quadrant(turns, 0)
}

/** Sine of `turns` full turns. */
export function sinTurns(turns: number): number {
  return quadrant(turns, 3)
}

/** Cosine of `turns` and `ahead` quarter turns more: the angle to the nearest quarter turn is exact. */
function quadrant(turns: number, ahead: number): number {
  const eighths = 8 * (turns - Math.floor(turns))
  const nearest = Math.floor((eighths + 1) / 2)
  const rest = eighths - 2 * nearest
  const square = rest * rest
  switch ((nearest + ahead) & 3) {
    case 0:
      return polynomial(COS, square)
    case 1:
      return -rest * polynomial(SIN, square)
    case 2:
      return -polynomial(COS, square)
    default:
      return rest * polynomial(SIN, square)
  }
}
