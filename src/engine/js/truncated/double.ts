import type { StreamKey } from '../../../math/stream.js'
import { exp, ln, logRatio, mills, polynomial, tailMass } from '../../../math/special.js'
import { eachDraw } from '../../../math/u53.js'
import type { TruncatedLaw } from '../../law.js'
import { belowF64 } from '../below.js'
import { over, plus } from '../double-double.js'
import { massTo } from '../mass.js'

/** The quantile at the share of the cut that the 53-bit integer high 2^21 + low stands for. */
type Quantile = (high: number, low: number) => number

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
    const low = lo >>> 11
    const z = mirrored ? -quantile(~hi >>> 0, ~low & 0x1fffff) : quantile(hi, low)
    const x = mean + stddev * z
    out[k - offset] = x < first ? first : x > last ? last : x
  })
}

const TWO_22 = 4194304
const TWO_54 = 18014398509481984

/** (2 K + 1) 2^-54 for K = high 2^21 + low, rounded where it needs a 54th bit. */
function shareOf(high: number, low: number): number {
  return (high * TWO_22 + (2 * low + 1)) * (1 / TWO_54)
}

/** The same of K's 53-bit complement. */
function restOf(high: number, low: number): number {
  return shareOf(~high >>> 0, ~low & 0x1fffff)
}

/** The quantile function of a cut with b > 0. */
function quantileOf(a: number, b: number): Quantile {
  return a >= 3 ? tailOf(a, b) : a < 0 ? acrossOf(a, b) : rightOf(a, b)
}

/** On the right of the mean: from the mass between it and `a` on. */
function rightOf(a: number, b: number): Quantile {
  const { high: start, low } = massTo(a)
  const total = a < 1 ? plus(massTo(b), { high: -start, low: -low }).high : tailMass(a) - tailMass(b)
  const beyond = tailMass(b)
  return (high, low) => {
    const q = start + shareOf(high, low) * total
    return q <= CENTRE ? centralQuantile(q) : tailQuantile(-ln(beyond + restOf(high, low) * total))
  }
}

/**
 * On both sides of the mean: by how far 2 K + 1 is from the share that is the mean, which is given in three parts, so
 * that the difference is exact where they are near.
 */
function acrossOf(a: number, b: number): Quantile {
  const left = massTo(-a)
  const all = plus(left, b === -a ? left : massTo(b))
  const total = all.high
  const share = over(left, all)
  const whole = Math.floor(share.high * TWO_54)
  const upper = Math.floor(whole / TWO_22)
  const lower = whole - upper * TWO_22
  const fraction = share.high * TWO_54 - whole + share.low * TWO_54
  const [beyondA, beyondB] = [tailMass(-a), tailMass(b)]
  return (high, low) => {
    const q = ((high - upper) * TWO_22 + (2 * low + 1 - lower) - fraction) * (total / TWO_54)
    if (Math.abs(q) <= CENTRE) return centralQuantile(q)
    return q < 0
      ? -tailQuantile(-ln(beyondA + shareOf(high, low) * total))
      : tailQuantile(-ln(beyondB + restOf(high, low) * total))
  }
}

/** Beyond 3 sigma all is in units of the mass beyond `a`, which f64 may not hold. */
function tailOf(a: number, b: number): Quantile {
  const atA = mills(a)
  const depth = 0.5 * (b - a) * (b + a)
  const rest = depth > 700 ? 0 : exp(-logRatio(a, atA, depth))
  const total = 1 - rest
  const deep = 0.5 * a * a + (LN_ROOT_TAU - ln(atA))
  return (high, low) => tailQuantile(deep - ln(rest + restOf(high, low) * total))
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
