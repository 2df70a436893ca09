import { exp, ln, logRatio, mills } from '../../../math/special.js'
import { doubleLogs, far, isNear, logs, near, quantiles, words } from './lane.js'
import { type Plan, split, WORDS } from './plan.js'

const f = Math.fround

/** Degree of the polynomial that is fitted to each cut. */
const DEGREE = 8

/** cos(pi (k + 1/2) / 9) for k = 0 to 8, negated: the Chebyshev nodes. */
const NODES = [
  -0.984807753012208, -0.8660254037844386, -0.6427876096865393, -0.3420201433256687, 0, 0.3420201433256687,
  0.6427876096865393, 0.8660254037844386, 0.984807753012208,
]

export function isTail(a: number): boolean {
  return a >= 3
}

type Nine = readonly [number, number, number, number, number, number, number, number, number]

interface Tail {
  /** `a` in two parts, and its square. */
  readonly high: number
  readonly low: number
  readonly square: number
  /** Q(b) / Q(a). */
  readonly rest: number
  /** Share of Q(a) that a word takes. */
  readonly word: number
  /** Words below this are nearer to `a` by mass. */
  readonly limit: number
  /** R as a polynomial of 2 l. */
  readonly c: Float32Array
}

/** With l = ln(Q(a) / Q(z)), Q the mass beyond, and D = (z^2 - a^2) / 2: D is l R(l) with a smooth R. */
export function tailPlan(a: number, b: number): Plan {
  const atA = mills(a)
  const depth = 0.5 * (b - a) * (b + a)
  const rest = depth > 700 ? 0 : exp(-logRatio(a, atA, depth))
  const share = 1 - rest
  const [high, low] = split(a)
  const tail: Tail = {
    high,
    low,
    square: f(a * a),
    rest: f(rest),
    word: f(share / WORDS),
    limit: Math.floor(Math.min((0.5 / share) * WORDS, WORDS - 1)),
    c: fit(a, atA, -ln(rest + share * (0.5 / WORDS))),
  }
  // The mass over the density, at each end, over the number of words.
  const spacing = (share * atA) / WORDS
  const other = rest === 0 ? Infinity : spacing / ((rest * atA) / mills(b))
  return {
    fill: (n, mirror) => {
      masses(n, mirror, tail)
      doubleLogs(n)
      roots(n, mirror, tail)
    },
    spacing: [spacing, other],
  }
}

/** The depth at which `logRatio` is l, by Newton's method from above; the slope is 1 / (z mills(z)). */
function depthOf(a: number, atA: number, l: number): number {
  let depth = l
  for (let i = 0; i < 6; i++) {
    const z = Math.sqrt(a * a + 2 * depth)
    depth -= (logRatio(a, atA, depth) - l) * (z * mills(z))
  }
  return depth
}

/** Interpolates R between 0 and `deepest` at the depths' Chebyshev nodes, where no equation has to be solved. */
function fit(a: number, atA: number, deepest: number): Float32Array {
  const bottom = depthOf(a, atA, deepest)
  const x = new Float64Array(DEGREE + 1)
  const values = new Float64Array(DEGREE + 1)
  for (let k = 0; k <= DEGREE; k++) {
    const depth = 0.5 * bottom * (1 + (NODES[k] as number))
    const l = logRatio(a, atA, depth)
    x[k] = l / deepest
    values[k] = depth / l
  }
  const c = interpolated(x, values)
  const scale = 1 / (2 * deepest)
  let power = 1
  return Float32Array.from(c, (value) => {
    const scaled = value * power
    power *= scale
    return scaled
  })
}

/** Coefficients of the polynomial through points, lowest degree first: Newton's divided differences, multiplied out. */
function interpolated(x: Float64Array, difference: Float64Array): Float64Array {
  for (let order = 1; order <= DEGREE; order++) {
    for (let k = DEGREE; k >= order; k--) {
      const rise = (difference[k] as number) - (difference[k - 1] as number)
      difference[k] = rise / ((x[k] as number) - (x[k - order] as number))
    }
  }
  const c = new Float64Array(DEGREE + 1)
  for (let k = DEGREE; k >= 0; k--) {
    for (let i = DEGREE; i >= 1; i--) c[i] = (c[i - 1] as number) - (c[i] as number) * (x[k] as number)
    c[0] = (difference[k] as number) - (c[0] as number) * (x[k] as number)
  }
  return c
}

function masses(n: number, mirror: number, { limit, word: share, rest }: Tail): void {
  for (let j = 0; j < n; j++) {
    const word = (words[j] as number) ^ mirror
    const first = word >>> 0 < limit ? -1 : 0
    const v = f(f(f((word ^ ~first) >>> 0) + 0.5) * share)
    near[j] = v + v
    far[j] = rest + v
    isNear[j] = first
  }
}

function roots(n: number, mirror: number, { high, low, square, c }: Tail): void {
  const [c0, c1, c2, c3, c4, c5, c6, c7, c8] = c as unknown as Nine
  const sign = mirror | 1
  for (let j = 0; j < n; j++) {
    const l = logs[j] as number
    const upper = f(f(f(f(f(f(f(f(c8 * l) + c7) * l) + c6) * l) + c5) * l) + c4)
    const p = f(f(f(f(f(f(f(f(upper * l) + c3) * l) + c2) * l) + c1) * l) + c0)
    const d = f(l * p)
    quantiles[j] = f(high + f(low + f(d / f(high + f(Math.sqrt(f(square + d))))))) * sign
  }
}
