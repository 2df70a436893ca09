/**
 * The few transcendental functions that set-ups need, in f64: + - * / sqrt in a fixed order, the same as in the native
 * engine. Never `Math.exp` and its like, whose last bits differ between platforms.
 */
const LOG2_E = 1.4426950408889634
/** `ln 2` in two parts; the first has zeros enough at its end that multiples by exponents are exact. */
const LN_2_HIGH = 0.6931471803691238
const LN_2_LOW = 1.9082149292705877e-10

/** `1 / k!` for k = 0 .. 13. */
const EXP = [
  1,
  1,
  1 / 2,
  1 / 6,
  1 / 24,
  1 / 120,
  1 / 720,
  1 / 5040,
  1 / 40320,
  1 / 362880,
  1 / 3628800,
  1 / 39916800,
  1 / 479001600,
  1 / 6227020800,
]

/** `1 / (2 k + 1)` for k = 0 .. 11. */
const LN = Array.from({ length: 12 }, (_, k) => 1 / (2 * k + 1))

const float = new Float64Array(1)
const words = new Uint32Array(float.buffer)

/** The polynomial with these coefficients, lowest degree first, by Horner's rule. */
export function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0
  for (let k = coefficients.length - 1; k >= 0; k--) sum = sum * x + (coefficients[k] as number)
  return sum
}

/** `e^x` for x <= 0, within 2 ulp; 0 where the result would be subnormal. */
export function exp(x: number): number {
  if (x < -708) return 0
  const k = Math.floor(x * LOG2_E + 0.5)
  const r = x - k * LN_2_HIGH - k * LN_2_LOW
  words[0] = 0
  words[1] = (k + 1023) << 20
  return polynomial(EXP, r) * (float[0] as number)
}

/** `ln x` for a normal positive x, within 2 ulp. */
export function ln(x: number): number {
  float[0] = x
  // Mantissas from sqrt(1/2) to sqrt(2): nothing cancels on either side of 1.
  const shifted = (words[1] as number) + (0x3ff00000 - 0x3fe6a09e)
  const e = (shifted >> 20) - 1023
  words[1] = (shifted & 0xfffff) + 0x3fe6a09e
  const m = float[0] as number
  const s = (m - 1) / (m + 1)
  return e * LN_2_HIGH + (2 * s * polynomial(LN, s * s) + e * LN_2_LOW)
}

/** `sqrt(2 pi)`. */
const ROOT_TAU = 2.5066282746310002

/** The standard normal density. */
export function density(z: number): number {
  return exp(-0.5 * z * z) / ROOT_TAU
}

/** Mills's ratio: the mass beyond `z` over the density there, for z >= 1, by Laplace's continued fraction. */
export function mills(z: number): number {
  let fraction = z
  for (let k = z > 8 ? 16 : z > 3 ? 60 : z > 1.0625 ? 300 : 400; k >= 1; k--) fraction = z + k / fraction
  return 1 / fraction
}

/** ln(Q(a) / Q(z)) for z^2 = a^2 + 2 depth, Q the mass beyond, given Mills's ratio at `a`. */
export function logRatio(a: number, atA: number, depth: number): number {
  return depth + ln(atA / mills(Math.sqrt(a * a + 2 * depth)))
}

/** The standard normal mass between -z and z, for z >= 0, by the series whose terms are all positive. */
export function centralMass(z: number): number {
  if (z > 3) return 1 - 2 * tailMass(z)
  let term = z
  let sum = z
  for (let k = 3; term > sum * 1e-18; k += 2) {
    term *= (z * z) / k
    sum += term
  }
  return 2 * density(z) * sum
}

/** The standard normal mass beyond `z`, for z >= 0. */
export function tailMass(z: number): number {
  return z > 1 ? density(z) * mills(z) : 0.5 - 0.5 * centralMass(z)
}
