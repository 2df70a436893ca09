import { bits32, constants, f, hex, P } from './numbers.mjs'

const LN4 = hex('3fb17218')
const R = constants('3faaaa80 3f4ce94f 3f0f59d1 3f0f82bc')

export function L(n, e) {
  const q = f(n / f(4 - n))
  const z = f(q * q)
  return f(f(e * LN4) + f(n + f(q * f(n + f(z * P(R, z))))))
}

/** Mantissa in [1, 2) and biased exponent. */
export function parts32(x) {
  const bits = bits32(x)
  return [f(x / 2 ** ((bits >>> 23) - 127)), bits >>> 23]
}

const S = constants('be5bc096 bda55dd7 3b232df2 b8169945')
const C = constants('3f800000 be9de9e6 3c81e0d8 b9aad95b 366a7bf7')

function pair(w0, w1) {
  const up = w0 >>> 31
  const t = f(f(up ? ~w0 >>> 0 : w0) + 0.5)
  const [m, E] = parts32(t)
  const radius = f(Math.sqrt(up ? L(f(t * 2 ** -31), 0) : L(f(2 - m), 158 - E)))
  const x = f(f((w1 << 2) | 2) * 2 ** -31)
  const y = f(x * x)
  const sine = f(x + f(x * P(S, y)))
  const cosine = w1 >>> 31 ? -P(C, y) : P(C, y)
  const [p, q] = (w1 >>> 30) & 1 ? [sine, cosine] : [cosine, sine]
  return [f(radius * p), f(radius * q)]
}

export function normal({ word }, mean, stddev) {
  const m = f(mean) + 0
  const s = f(stddev) + 0
  return (i) => {
    const first = 32 * Math.floor(i / 32) + (i % 16)
    const z = pair(word(first), word(first + 16))[(i >> 4) & 1]
    return f(m + f(s * z))
  }
}
