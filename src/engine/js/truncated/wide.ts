import { tailMass } from '../../../math/special.js'
import { hex } from '../constants.js'
import { doubleLogs, far, isNear, logs, near, quantiles, words } from './lane.js'
import { type Plan, WORDS } from './plan.js'
import { type Sides, sidesOf } from './sides.js'

const f = Math.fround

/** `y` up to which a word is near the mean. */
const NEAR = 0.6

// z / y is N / D of -2 ln(4 p (1 - p)). Fitted up to 74, which is p = 2^-54, relative error 1.8e-7.
const N0 = hex(0x3fa06c9a)
const N1 = hex(0x3e6b5410)
const N2 = hex(0x3cc168b9)
const N3 = hex(0x3ad60557)
const N4 = hex(0x389c8e01)
const N5 = hex(0x35dc34e8)
const N6 = hex(0x3122fd68)
const D1 = hex(0x3d56e690)
const D2 = hex(0x3c0eb11c)
const D3 = hex(0x39a94831)
const D4 = hex(0x37776005)
const D5 = hex(0x33d188a4)

const ys = new Float32Array(256)

/** `y` near the mean, the mass beyond in the tails. */
export function widePlan(a: number, b: number): Plan {
  const sides = sidesOf(a, b)
  // Nothing lies on the left where the cut does not reach it.
  const beyond = Float32Array.of(tailMass(b), a < 0 ? tailMass(-a) : 0)
  const limit = Math.floor(Math.min(Math.max((NEAR - sides.y0) / sides.dy, 0), WORDS - 1))
  return {
    fill: (n, mirror) => {
      masses(n, mirror, sides, beyond, limit)
      doubleLogs(n)
      ratios(n)
    },
    spacing: sides.spacing,
  }
}

function masses(n: number, mirror: number, sides: Sides, beyond: Float32Array, limit: number): void {
  const { zero, half } = sides
  const y0 = f(sides.y0)
  const dy = f(sides.dy)
  const dp = f(0.5 * sides.dy)
  const sign = mirror | 1
  for (let j = 0; j < n; j++) {
    const word = (words[j] as number) ^ mirror
    const left = word >>> 0 < zero ? -1 : 0
    const count = ((word - zero) ^ left) >>> 0
    const middle = count < limit ? -1 : 0
    const fromEnd = (word ^ ~left) >>> 0
    const v = f(f(middle ? count : fromEnd) + (middle ? (half[left & 1] as number) : 0.5))
    const y = f(y0 + f(v * dy))
    const p = f((beyond[left & 1] as number) + f(v * dp))
    ys[j] = (middle ? y : f(1 - f(p + p))) * ((left | 1) * sign)
    const square = f(y * y)
    near[j] = square + square
    far[j] = f(p * 4) * f(1 - p)
    isNear[j] = middle
  }
}

function ratios(n: number): void {
  for (let j = 0; j < n; j++) {
    const l = logs[j] as number
    const high = f(f(f(f(f(f(N6 * l) + N5) * l) + N4) * l) + N3)
    const numerator = f(f(f(f(f(f(high * l) + N2) * l) + N1) * l) + N0)
    const denominator = f(f(f(f(f(f(f(f(f(f(D5 * l) + D4) * l) + D3) * l) + D2) * l) + D1) * l) + 1)
    quantiles[j] = (ys[j] as number) * f(numerator / denominator)
  }
}
