import { COS, SIN } from './normal-f64.js'
import { polynomial } from './special.js'

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
