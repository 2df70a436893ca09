import { above64, below64, bits64, P64 } from './numbers.mjs'
import { mass, over, plus } from './pairs.mjs'
import { exp, ln, mills, tail } from './special.mjs'

export function uniform64({ u53 }, low, high) {
  const cap = low < high ? below64(high) : low
  return (i) => {
    const x = low + (high - low) * u53(i)
    return x < cap ? x : cap
  }
}

const R64 = Array.from({ length: 16 }, (_, k) => 4 / (2 * k + 3))
const S64 = [
  0.7853981633974483, -0.08074551218828079, 0.0024903945701927202, -3.657620418217725e-5,
  3.1336168903781217e-7, -1.757247673443401e-9, 6.948453273886629e-12, -2.0410263396641442e-14,
  4.628704628834683e-17,
]
const C64 = [
  1, -0.30842513753404244, 0.015854344243815502, -0.00032599188692739, 3.59086044859151e-6,
  -2.4611369504942e-8, 1.1501159127974052e-10, -3.8980731712596753e-13, 1.001886461636272e-15,
]

function L64(n, e) {
  const q = n / (4 - n)
  const z = q * q
  return e * 1.3862943611198906 + (n + q * (n + z * P64(R64, z)))
}

function pair64([high, low], [angleHigh, angleLow]) {
  const up = high >>> 31
  const kHigh = up ? ~high >>> 0 : high
  const kLow = up ? ~low & 0x1fffff : low
  const t = kHigh * 2 ** 22 + (2 * kLow + 1)
  const E = Number((bits64(t) >> 52n) & 2047n)
  const m = t / 2 ** (E - 1023)
  const radius = Math.sqrt(up ? L64(t * 2 ** -53, 0) : L64(2 - m, 1076 - E))
  const signed = (angleHigh << 2) >> 2
  const x = (signed * 2 ** 22 + (2 * angleLow + 1)) * 2 ** -51
  const y = x * x
  const sine = x * P64(S64, y)
  const cosine = angleHigh >>> 31 ? -P64(C64, y) : P64(C64, y)
  const [p, q] = (angleHigh >>> 30) & 1 ? [sine, cosine] : [cosine, sine]
  return [radius * p, radius * q]
}

export function normal64({ parts }, mean, stddev) {
  return (i) => {
    const first = 32 * Math.floor(i / 32) + (i % 16)
    return mean + stddev * pair64(parts(first), parts(first + 16))[(i >> 4) & 1]
  }
}

/** Coefficients A to F of the page, by name: handed in by whoever has read them there. */
export function truncated64({ parts }, { mean, stddev, lower, upper, bounds }, { A, B, C: NC, D, E, F }) {
  if (stddev === 0) return () => mean
  const sigma = bounds === 'sigma'
  const [a, b] = sigma ? [lower, upper] : [(lower - mean) / stddev, (upper - mean) / stddev]
  const [low, high] = sigma ? [mean + stddev * lower, mean + stddev * upper] : [lower, upper]
  const T = (d) => {
    const r = Math.sqrt(d)
    return r <= 5 ? P64(NC, r - 1.6) / P64(D, r - 1.6) : P64(E, r - 5) / P64(F, r - 5)
  }
  const quantileOf = (from, to) => {
    if (from >= 3) {
      const depth = 0.5 * (to - from) * (to + from)
      const rest =
        depth > 700 ? 0 : exp(-(depth + ln(mills(from) / mills(Math.sqrt(from * from + 2 * depth)))))
      const start = 0.5 * from * from + (0.9189385332046728 - ln(mills(from)))
      return (_, above) => T(start - ln(rest + above * (1 - rest)))
    }
    const centre = (q) => {
      const r = 0.180625 - q * q
      return q * (P64(A, r) / P64(B, r))
    }
    const zOf = (q, total, [high, low]) => {
      if (Math.abs(q) <= 0.425) return centre(q)
      const at = (h, l) => (h * 2 ** 22 + (2 * l + 1)) * 2 ** -54 * total
      return q < 0
        ? -T(-ln(tail(-from) + at(high, low)))
        : T(-ln(tail(to) + at(~high >>> 0, ~low & 0x1fffff)))
    }
    if (from >= 0) {
      const [start, startLow] = mass(from)
      const total = from < 1 ? plus(mass(to), [-start, -startLow])[0] : tail(from) - tail(to)
      return (below, _, draw) => zOf(start + below * total, total, draw)
    }
    const all = plus(mass(-from), mass(to))
    const [h, l] = over(mass(-from), all)
    const whole = Math.floor(h * 2 ** 54)
    const upper = Math.floor(whole * 2 ** -22)
    const fraction = h * 2 ** 54 - whole + l * 2 ** 54
    return (_, __, [high, low]) => {
      const distance = (high - upper) * 2 ** 22 + (2 * low + 1 - (whole - upper * 2 ** 22)) - fraction
      return zOf(distance * (all[0] * 2 ** -54), all[0], [high, low])
    }
  }
  const mirrored = b <= 0
  const quantile = mirrored ? quantileOf(-b, -a) : quantileOf(a, b)
  const middle = (high21, low21) => (high21 * 2 ** 22 + (2 * low21 + 1)) * 2 ** -54
  return (i) => {
    const [h, l] = parts(i)
    const inverse = [~h >>> 0, ~l & 0x1fffff]
    const [below, above] = [middle(h, l), middle(...inverse)]
    const z = mirrored ? -quantile(above, below, inverse) : quantile(below, above, [h, l])
    const x = mean + stddev * z
    return Math.min(Math.max(x, above64(low)), below64(high))
  }
}
