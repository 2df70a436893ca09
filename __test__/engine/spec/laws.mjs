import { below32, f } from './numbers.mjs'

export function uniform({ word }, low, high) {
  const l = f(low) + 0
  const h = f(high) + 0
  const width = f(h - l)
  const cap = l < h ? below32(h) : l
  return (i) => {
    const x = f(l + f(width * f((word(i) >>> 8) * 2 ** -24)))
    return x < cap ? x : cap
  }
}

export const bernoulli =
  ({ word }, p) =>
  (i) =>
    word(i) < p * 2 ** 32 ? 1 : 0

export const integers =
  ({ u53 }, low, high) =>
  (i) =>
    low + Math.min(Math.floor(u53(i) * (high - low)), high - low - 1)

export function permutation({ u53 }, n) {
  const order = Array.from({ length: n }, (_, i) => i)
  for (let k = 0, i = n - 1; i >= 1; k++, i--) {
    const j = Math.min(Math.floor(u53(k) * (i + 1)), i)
    ;[order[i], order[j]] = [order[j], order[i]]
  }
  return order
}
