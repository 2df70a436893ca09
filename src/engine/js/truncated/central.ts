import { hex } from '../constants.js'
import { quantiles, words } from './lane.js'
import type { Plan } from './plan.js'
import { type Sides, sidesOf } from './sides.js'

const f = Math.fround

// z / y is N / D of ORIGIN - y^2, all coefficients positive. Fitted for |z| <= 2.03, relative error 1.3e-7.
const ORIGIN = 0.91796875
const N0 = hex(0x4007e81c)
const N1 = hex(0x41f17731)
const N2 = hex(0x42d73b5a)
const N3 = hex(0x42b3baeb)
const N4 = hex(0x4103aa49)
const D1 = hex(0x4181ba0f)
const D2 = hex(0x428eb998)
const D3 = hex(0x42acafcc)
const D4 = hex(0x4197cb16)

export function isCentral(a: number, b: number): boolean {
  return Math.max(Math.abs(a), b) <= 2.03
}

/** A rational function of the mass from the mean: no logarithm. */
export function centralPlan(a: number, b: number): Plan {
  const sides = sidesOf(a, b)
  return { fill: (n, mirror) => fillCentral(n, mirror, sides), spacing: sides.spacing }
}

function fillCentral(n: number, mirror: number, sides: Sides): void {
  const { zero, half } = sides
  const y0 = f(sides.y0)
  const dy = f(sides.dy)
  const sign = mirror | 1
  for (let j = 0; j < n; j++) {
    const word = (words[j] as number) ^ mirror
    const left = word >>> 0 < zero ? -1 : 0
    const count = ((word - zero) ^ left) >>> 0
    const y = f(y0 + f(f(f(count) + (half[left & 1] as number)) * dy))
    const r = f(ORIGIN - f(y * y))
    const numerator = f(f(f(f(f(f(f(f(N4 * r) + N3) * r) + N2) * r) + N1) * r) + N0)
    const denominator = f(f(f(f(f(f(f(f(D4 * r) + D3) * r) + D2) * r) + D1) * r) + 1)
    quantiles[j] = f(y * f(numerator / denominator)) * ((left | 1) * sign)
  }
}
