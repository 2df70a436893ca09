/**
 * Transcendental functions in single precision and their derivatives, operation by operation those of the native
 * engine: `+ - * /` rounded to f32 after each, no fused multiply-add, never `Math.exp`.
 */
const f = Math.fround

const EXP_LOW = -87
const EXP_HIGH = 88
/** 1.5 * 2^23: adding it rounds to an integer. */
const ROUNDER = 12582912
const LOG2_E = fromBits(0x3fb8aa3b)
const LN2_HIGH = 0.693359375
const LN2_LOW = fromBits(0xb95e8083)
const NORMAL_DENSITY = fromBits(0x3ecc422a)
const TAIL_END = 14

const EXPM1 = coefficients(0x3f000000, 0x3e2aaaaa, 0x3d2aaa55, 0x3c0888c7, 0x3ab6bc6d, 0x39501996)
const LOG1P = coefficients(0x3f2aaaac, 0x3ecccb58, 0x3e928458, 0x3e5b736a, 0x3e78b994)
const TAIL_UP = coefficients(0x3f000000, 0x3edfdac3, 0x3e3ad07d, 0x3d25548f, 0x3b8592a7)
const TAIL_DOWN = coefficients(0x3f800000, 0x3fd60e79, 0x3f997ed5, 0x3eef49ea, 0x3dcf398c, 0x3c276819)

/** 2^n at n + 126, for n from -126 to 127. */
const POWERS = Float32Array.from({ length: 254 }, (_, i) => 2 ** (i - 126))

function fromBits(bits: number): number {
  return new Float32Array(Uint32Array.of(bits).buffer)[0] as number
}

function coefficients(...bits: number[]): Float32Array {
  return new Float32Array(Uint32Array.from(bits).buffer)
}

/** A polynomial with ascending coefficients, by Horner's rule. */
function polynomial(c: Float32Array, x: number): number {
  let sum = c[c.length - 1] as number
  for (let i = c.length - 2; i >= 0; i--) sum = f(f(sum * x) + (c[i] as number))
  return sum
}

/** Second results of the functions below, so that none has to make an object. */
let scale = 0
let slope = 0

/** The derivative of the activation that was computed last. */
export function lastSlope(): number {
  return slope
}

/** exp(x) = scale (1 + the result), for x between the two bounds. */
function expParts(x: number): number {
  const bounded = x < EXP_LOW ? EXP_LOW : x > EXP_HIGH ? EXP_HIGH : x
  const n = f(f(f(bounded * LOG2_E) + (ROUNDER + 127)) - (ROUNDER + 127))
  const r = f(f(bounded - f(n * LN2_HIGH)) - f(n * LN2_LOW))
  scale = POWERS[n + 126] as number
  return f(r + f(f(r * r) * polynomial(EXPM1, r)))
}

/** exp(x); 0 below -87, exp(88) above 88. */
export function exp(x: number): number {
  const rest = expParts(x)
  return x < EXP_LOW ? 0 : f(scale + f(scale * rest))
}

/** ln(1 + e) for 0 <= e <= 1. */
export function log1p(e: number): number {
  const s = f(e / f(e + 2))
  const square = f(s * s)
  return f(f(s + s) + f(f(s * square) * polynomial(LOG1P, square)))
}

function abs(x: number): number {
  return x < 0 ? -x : x
}

/** 1 / (1 + exp(-x)). */
export function sigmoid(x: number): number {
  const e = exp(-abs(x))
  const above = f(1 / f(e + 1))
  const below = f(e * above)
  slope = f(below * above)
  return x < 0 ? below : above
}

/** ln(1 + exp(x)). */
export function softplus(x: number): number {
  const e = exp(-abs(x))
  const above = f(1 / f(e + 1))
  slope = x < 0 ? f(e * above) : above
  return f((x < 0 ? 0 : x) + log1p(e))
}

/** The hyperbolic tangent. */
export function tanh(x: number): number {
  const a = abs(x)
  const small = expParts(-f(a + a))
  const product = f(scale * small)
  const e = f(scale + product)
  const m = f(product + f(scale - 1))
  const down = f(m + 2)
  const value = f(-m / down)
  slope = f(f(e * 4) / f(down * down))
  return x < 0 ? -value : value
}

/** x sigmoid(x). */
export function silu(x: number): number {
  const s = sigmoid(x)
  slope = f(s + f(x * slope))
  return f(x * s)
}

/** x times the normal distribution function of x. */
export function gelu(x: number): number {
  const magnitude = abs(x)
  const e = exp(f(f(magnitude * magnitude) * -0.5))
  const a = magnitude > TAIL_END ? TAIL_END : magnitude
  const tail = f(e * f(polynomial(TAIL_UP, a) / polynomial(TAIL_DOWN, a)))
  const phi = x < 0 ? tail : f(1 - tail)
  slope = f(phi + f(x * f(e * NORMAL_DENSITY)))
  return f(x * phi)
}

/** x above 0, else `alpha` (exp(x) - 1). */
export function elu(x: number, alpha: number): number {
  const small = expParts(x > 0 ? 0 : x)
  const product = f(scale * small)
  slope = x > 0 ? 1 : f(f(scale + product) * alpha)
  return x > 0 ? x : f(f(product + f(scale - 1)) * alpha)
}

/** max(x, 0). */
export function relu(x: number): number {
  slope = x > 0 ? 1 : 0
  return x <= 0 ? 0 : x
}

/** x above 0, else `factor` times it. */
export function leakyRelu(x: number, factor: number): number {
  slope = x > 0 ? 1 : factor
  return x > 0 ? x : f(x * factor)
}

/** x. */
export function linear(x: number): number {
  slope = 1
  return x
}
