import { bits64, fromBits64, M32, P64 } from './numbers.mjs'

const factorials = [1]
for (let j = 1; j <= 13; j++) factorials.push(factorials[j - 1] * j)
const EXP = factorials.map((n) => 1 / n)
const LN = Array.from({ length: 12 }, (_, j) => 1 / (2 * j + 1))

export function exp(x) {
  if (x < -708) return 0
  const k = Math.floor(x * 1.4426950408889634 + 0.5)
  const r = x - k * 0.6931471803691238 - k * 1.9082149292705877e-10
  return P64(EXP, r) * 2 ** k
}

export function ln(x) {
  const bits = bits64(x)
  const h = Number(bits >> 32n) + (0x3ff00000 - 0x3fe6a09e)
  const e = (h >>> 20) - 1023
  const m = fromBits64((BigInt((h & 0xfffff) + 0x3fe6a09e) << 32n) | (bits & M32))
  const s = (m - 1) / (m + 1)
  return e * 0.6931471803691238 + (2 * s * P64(LN, s * s) + e * 1.9082149292705877e-10)
}

export const density = (z) => exp(-0.5 * z * z) / 2.5066282746310002
export function mills(z) {
  let fraction = z
  for (let k = z > 8 ? 16 : z > 3 ? 60 : z > 1.0625 ? 300 : 400; k >= 1; k--) fraction = z + k / fraction
  return 1 / fraction
}
export function central(z) {
  if (z > 3) return 1 - 2 * tail(z)
  let t = z
  let s = z
  for (let k = 3; t > s * 1e-18; k += 2) {
    t = t * ((z * z) / k)
    s += t
  }
  return 2 * density(z) * s
}
export const tail = (z) => (z > 1 ? density(z) * mills(z) : 0.5 - 0.5 * central(z))
