import { exp, polynomial } from '../../../math/special.js'
import { quantiles, words } from './lane.js'
import { type Plan, split, WORDS } from './plan.js'

const f = Math.fround

/** e^(1/16): the exponents below are at most 1/32 before 1/16 is taken off, so that `exp` sees none above 0. */
const EXP_16TH = 1.0644944589178593

/** Whether [a, b] is so narrow that the quantile's Taylor series about the middle serves. */
export function isNarrow(a: number, b: number): boolean {
  return (b - a) * (1 + Math.max(Math.abs(a), Math.abs(b))) <= 0.0625
}

/** The quantile's Taylor series of degree 5 about the middle of the mass. */
export function narrowPlan(a: number, b: number): Plan {
  const z = 0.5 * (a + b)
  const radius = 0.5 * (b - a)
  const right = relativeMass(z, radius)
  const left = -relativeMass(z, -radius)
  const total = right + left
  // The mass from the middle of the interval to the middle of the mass.
  const c = shifted(quantileSeries(z), 0.5 * (right - left))
  let power = 1
  for (let k = 0; k < 6; k++) {
    c[k] = (c[k] as number) * power
    power *= total
  }
  const [high, low] = split(z + (c[0] as number))
  const coefficients = Float32Array.from(c)
  // Densities at the ends, relative to the one at the middle.
  const atA = exp(0.5 * radius * (a + z) - 0.0625) * EXP_16TH
  const atB = exp(-0.5 * radius * (b + z) - 0.0625) * EXP_16TH
  return {
    fill: (n, mirror) => fillNarrow(n, mirror, high, low, coefficients),
    spacing: [total / atA / WORDS, total / atB / WORDS],
  }
}

/** The quantile's Taylor series in the mass from z, in units of the density there. */
function quantileSeries(z: number): number[] {
  const z2 = z * z
  return [0, 1, z / 2, (2 * z2 + 1) / 6, ((6 * z2 + 7) * z) / 24, ((24 * z2 + 46) * z2 + 7) / 120]
}

/** The mass between z and z + x over the density at z: Taylor's series, x within 1/16. */
function relativeMass(z: number, x: number): number {
  const z2 = z * z
  const terms = [
    1,
    -z / 2,
    (z2 - 1) / 6,
    ((3 - z2) * z) / 24,
    ((z2 - 6) * z2 + 3) / 120,
    (((10 - z2) * z2 - 15) * z) / 720,
  ]
  return x * polynomial(terms, x)
}

/** The coefficients of p(x + shift), by repeated synthetic division. */
function shifted(p: number[], shift: number): number[] {
  for (let first = 0; first < 5; first++) {
    for (let k = 4; k >= first; k--) p[k] = (p[k] as number) + (p[k + 1] as number) * shift
  }
  return p
}

function fillNarrow(n: number, mirror: number, high: number, low: number, c: Float32Array): void {
  const [, c1, c2, c3, c4, c5] = c as unknown as [number, number, number, number, number, number]
  const sign = mirror | 1
  for (let j = 0; j < n; j++) {
    const word = (words[j] as number) ^ mirror
    const v = f(f(f(word ^ 0x80000000) + 0.5) * 2.3283064365386963e-10)
    const p = f(c1 + f(v * f(c2 + f(v * f(c3 + f(v * f(c4 + f(v * c5))))))))
    quantiles[j] = f(high + f(low + f(v * p))) * sign
  }
}
