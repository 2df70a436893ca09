import type { StreamKey, TruncatedLaw } from '../../law.js'
import { belowF64 } from '../below.js'
import { centralMass, exp, ln, logRatio, mills, polynomial, tailMass } from '../special.js'
import { eachDraw } from '../u53.js'

/** The quantile at a share of the cut, given with its complement. */
type Quantile = (below: number, above: number) => number

const LN_ROOT_TAU = 0.9189385332046728

/** Where the quantile is a function of the mass from the mean, not of the mass beyond. */
const CENTRE = 0.425

/**
 * Fills `out` with elements of a truncated normal in f64 from element `offset` on: the quantile of 53-bit draws by
 * Wichura's algorithm AS 241 (1988).
 */
export function fillTruncatedF64(
  out: Float64Array,
  stream: StreamKey,
  offset: number,
  law: TruncatedLaw,
): void {
  const mean = law.mean + 0
  const stddev = law.stddev + 0
  if (stddev === 0) {
    out.fill(mean)
    return
  }
  const { lower, upper, bounds } = law
  const [a, b] = bounds === 'sigma' ? [lower, upper] : [(lower - mean) / stddev, (upper - mean) / stddev]
  const [low, high] = bounds === 'sigma' ? [mean + stddev * lower, mean + stddev * upper] : [lower, upper]
  const first = Math.max(-belowF64(-low), -Number.MAX_VALUE) + 0
  const last = Math.min(belowF64(high), Number.MAX_VALUE) + 0
  const mirrored = b <= 0
  const quantile = mirrored ? quantileOf(-b, -a) : quantileOf(a, b)
  eachDraw(stream, offset, out.length, (k, hi, lo) => {
    const share = middle(hi, lo >>> 11)
    const rest = middle(~hi >>> 0, ~(lo >>> 11) & 0x1fffff)
    const z = mirrored ? -quantile(rest, share) : quantile(share, rest)
    const x = mean + stddev * z
    out[k - offset] = x < first ? first : x > last ? last : x
  })
}

/** (2 K + 1) 2^-54 for K = high 2^21 + low, rounded where it needs a 54th bit. */
function middle(high: number, low: number): number {
  return (high * 4194304 + (2 * low + 1)) * 5.551115123125783e-17
}

/** The quantile function of a cut with b > 0. */
function quantileOf(a: number, b: number): Quantile {
  if (a >= 3) return tailOf(a, b)
  const start = a < 0 ? -0.5 * centralMass(-a) : 0.5 * centralMass(a)
  const total = totalMass(a, b, start)
  const beyondA = a < 0 ? tailMass(-a) : 0
  const beyondB = tailMass(b)
  return (below, above) => {
    const q = start + below * total
    if (Math.abs(q) <= CENTRE) return centralQuantile(q)
    return q < 0 ? -tailQuantile(-ln(beyondA + below * total)) : tailQuantile(-ln(beyondB + above * total))
  }
}

function totalMass(a: number, b: number, start: number): number {
  if (a < 0) return -start + 0.5 * centralMass(b)
  return a < 1 ? 0.5 * centralMass(b) - start : tailMass(a) - tailMass(b)
}

/** Beyond 3 sigma all is in units of the mass beyond `a`, which f64 may not hold. */
function tailOf(a: number, b: number): Quantile {
  const atA = mills(a)
  const depth = 0.5 * (b - a) * (b + a)
  const rest = depth > 700 ? 0 : exp(-logRatio(a, atA, depth))
  const total = 1 - rest
  const deep = 0.5 * a * a + (LN_ROOT_TAU - ln(atA))
  return (_, above) => tailQuantile(deep - ln(rest + above * total))
}

/** The quantile at a mass q from the mean, |q| <= 0.425. */
function centralQuantile(q: number): number {
  const r = 0.180625 - q * q
  return q * (polynomial(CENTRAL[0], r) / polynomial(CENTRAL[1], r))
}

/** The quantile at a mass e^-depth beyond it. */
function tailQuantile(depth: number): number {
  const r = Math.sqrt(depth)
  if (r <= 5) return polynomial(NEAR[0], r - 1.6) / polynomial(NEAR[1], r - 1.6)
  return polynomial(FAR[0], r - 5) / polynomial(FAR[1], r - 5)
}

type Ratio = readonly [readonly number[], readonly number[]]

/** Numerator and denominator of the quantile over q, of 0.425^2 - q^2. */
const CENTRAL: Ratio = [
  [
    3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
    67265.7709270087, 33430.57558358813, 2509.0809287301227,
  ],
  [
    1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
    28729.085735721943, 5226.495278852854,
  ],
]

/** Of sqrt(-ln p) - 1.6, up to 5. */
const NEAR: Ratio = [
  [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
  ],
  [
    1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
    0.0005475938084995345, 1.0507500716444169e-9,
  ],
]

/** Of sqrt(-ln p) - 5. */
const FAR: Ratio = [
  [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
    0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  [
    1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
    1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
]
