import { L, parts32 } from './normal.mjs'
import { constants, f, hex, P, P64, strictlyBelow32 } from './numbers.mjs'
import { central, density, exp, ln, mills, tail } from './special.mjs'

const N = 2 ** 32
const split = (x) => [f(x), f(x - f(x))]

function narrowPlan(a, b) {
  const z = 0.5 * (a + b)
  const r = 0.5 * (b - a)
  const z2 = z * z
  const fifth = (((10 - z2) * z2 - 15) * z) / 720
  const terms = [1, -z / 2, (z2 - 1) / 6, ((3 - z2) * z) / 24, ((z2 - 6) * z2 + 3) / 120, fifth]
  const mass = (x) => x * P64(terms, x)
  const right = mass(r)
  const left = -mass(-r)
  const total = right + left
  const shift = 0.5 * (right - left)
  const p = [0, 1, z / 2, (2 * z2 + 1) / 6, ((6 * z2 + 7) * z) / 24, ((24 * z2 + 46) * z2 + 7) / 120]
  for (let first = 0; first <= 4; first++) for (let k = 4; k >= first; k--) p[k] += p[k + 1] * shift
  let power = 1
  const c = p.map((pk) => {
    const scaled = pk * power
    power *= total
    return scaled
  })
  const [high, low] = split(z + c[0])
  const series = c.slice(1).map(f)
  const E = 1.0644944589178593
  return {
    spacing: [
      total / (exp(0.5 * r * (a + z) - 0.0625) * E) / N,
      total / (exp(-0.5 * r * (b + z) - 0.0625) * E) / N,
    ],
    quantile(W) {
      const v = f(f(f(W ^ 0x80000000) + 0.5) * 2 ** -32)
      return f(high + f(low + f(v * P(series, v))))
    },
  }
}

const NODES = [-0.984807753012208, -0.8660254037844386, -0.6427876096865393, -0.3420201433256687, 0]
for (const n of NODES.slice(0, 4).reverse()) NODES.push(-n)

function tailPlan(a, b) {
  const logRatio = (d) => d + ln(mills(a) / mills(Math.sqrt(a * a + 2 * d)))
  const depth = 0.5 * (b - a) * (b + a)
  const rest = depth > 700 ? 0 : exp(-logRatio(depth))
  const share = 1 - rest
  const l = -ln(rest + share * (0.5 / N))
  let D = l
  for (let step = 0; step < 6; step++) {
    const Z = Math.sqrt(a * a + 2 * D)
    D -= (logRatio(D) - l) * (Z * mills(Z))
  }
  const x = []
  const y = []
  for (const [k, n] of NODES.entries()) {
    const d = 0.5 * D * (1 + n)
    const lk = logRatio(d)
    x[k] = lk / l
    y[k] = d / lk
  }
  for (let o = 1; o <= 8; o++) for (let k = 8; k >= o; k--) y[k] = (y[k] - y[k - 1]) / (x[k] - x[k - o])
  const c = Array(9).fill(0)
  for (let k = 8; k >= 0; k--) {
    for (let i = 8; i >= 1; i--) c[i] = c[i - 1] - c[i] * x[k]
    c[0] = y[k] - c[0] * x[k]
  }
  let power = 1
  const series = c.map((ck) => {
    const scaled = ck * power
    power *= 1 / (2 * l)
    return f(scaled)
  })
  const [high, low] = split(a)
  const square = f(a * a)
  const word = f(share / N)
  const near = Math.floor(Math.min((0.5 / share) * N, N - 1))
  const p = (share * mills(a)) / N
  return {
    spacing: [p, rest === 0 ? Infinity : p / ((rest * mills(a)) / mills(b))],
    quantile(W) {
      const first = W < near
      const v = f(f(f(first ? W : ~W >>> 0) + 0.5) * word)
      const [m, E] = parts32(f(f(rest) + v))
      const l2 = first ? L(f(v + v), 0) : L(f(2 - m), 126 - E)
      const d = f(l2 * P(series, l2))
      return f(high + f(low + f(d / f(high + f(Math.sqrt(f(square + d)))))))
    },
  }
}

const CN = constants('4007e81c 41f17731 42d73b5a 42b3baeb 4103aa49')
const CD = constants('3f800000 4181ba0f 428eb998 42acafcc 4197cb16')
const WN = constants('3fa06c9a 3e6b5410 3cc168b9 3ad60557 389c8e01 35dc34e8 3122fd68')
const WD = constants('3f800000 3d56e690 3c0eb11c 39a94831 37776005 33d188a4')

function middlePlan(a, b) {
  const left = a < 0 ? central(-a) : 0
  const y0 = a < 0 ? 0 : central(a)
  const total = a < 0 ? left + central(b) : a < 1 ? central(b) - y0 : 2 * (tail(a) - tail(b))
  const dy = total / N
  const crossing = N * (left / total)
  const zero = Math.min(Math.floor(crossing + 0.5), N - 1)
  const halves = [0.5 - (crossing - zero), 0.5 + (crossing - zero)].map(f)
  const quantile = Math.max(Math.abs(a), b) <= 2.03 ? centralElement : wideElement
  const near = Math.floor(Math.min(Math.max((0.6 - y0) / dy, 0), N - 1))
  const beyond = [tail(b), a < 0 ? tail(-a) : 0].map(f)
  const plan = { y0: f(y0), dy: f(dy), dp: f(0.5 * dy), near, beyond }
  return {
    spacing: [(0.5 * dy) / density(a), (0.5 * dy) / density(b)],
    quantile(W) {
      const side = W < zero ? 1 : 0
      const difference = (W - zero) >>> 0
      const count = side ? ~difference >>> 0 : difference
      const z = quantile(plan, W, side, count, halves[side])
      return side ? -z : z
    },
  }
}

function centralElement({ y0, dy }, W, side, count, half) {
  const y = f(y0 + f(f(f(count) + half) * dy))
  const r = f(hex('3f6b0000') - f(y * y))
  return f(y * f(P(CN, r) / P(CD, r)))
}

function wideElement({ y0, dy, dp, near, beyond }, W, side, count, half) {
  let y
  let l
  if (count < near) {
    y = f(y0 + f(f(f(count) + half) * dy))
    const s = f(y * y)
    l = L(f(s + s), 0)
  } else {
    const v = f(f(side ? W : ~W >>> 0) + 0.5)
    const p = f(beyond[side] + f(v * dp))
    const [m, E] = parts32(f(f(p * 4) * f(1 - p)))
    l = L(f(2 - m), 126 - E)
    y = f(1 - f(p + p))
  }
  return f(y * f(P(WN, l) / P(WD, l)))
}

function planOf(a, b) {
  if ((b - a) * (1 + Math.max(Math.abs(a), Math.abs(b))) <= 0.0625) return narrowPlan(a, b)
  return a >= 3 ? tailPlan(a, b) : middlePlan(a, b)
}

function line(bound, z, spacing, s, sign) {
  const count = Math.floor(Math.min((2 ** -20 * Math.abs(z)) / spacing, 2 ** 30))
  if (!Number.isFinite(bound) || !Number.isFinite(z) || count < 1) return { count: 0 }
  const [high, low] = split(bound)
  const step = f(sign * (spacing * s))
  return { count, value: (w) => f(high + f(low + f(f(f(w) + 0.5) * step))) }
}

export function truncated({ word }, { mean, stddev, lower, upper, bounds }) {
  const m = f(mean) + 0
  const s = f(stddev) + 0
  if (s === 0) return () => m
  const sigma = bounds === 'sigma'
  const [a, b] = sigma ? [lower, upper] : [(lower - m) / s, (upper - m) / s]
  const [low, high] = sigma ? [mean + stddev * lower, mean + stddev * upper] : [lower, upper]
  const mirrored = b <= 0
  const plan = mirrored ? planOf(-b, -a) : planOf(a, b)
  const [atLow, atHigh] = mirrored ? [plan.spacing[1], plan.spacing[0]] : plan.spacing
  const lowerLine = line(low, a, atLow, s, 1)
  const upperLine = line(high, b, atHigh, s, -1)
  const first = Math.max(-strictlyBelow32(-low), -hex('7f7fffff')) + 0
  const last = strictlyBelow32(high) + 0
  return (i) => {
    const w = word(i)
    const inverted = ~w >>> 0
    const z = mirrored ? -plan.quantile(inverted) : plan.quantile(w)
    let x = f(m + f(s * z))
    if (w < lowerLine.count) x = lowerLine.value(w)
    else if (inverted < upperLine.count) x = upperLine.value(inverted)
    return Math.min(Math.max(x, first), last)
  }
}
