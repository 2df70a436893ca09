import { tail } from './special.mjs'

const settled = (a, b) => [a + b, b - (a + b - a)]

function product(a, b) {
  const p = a * b
  const half = (x) => x * 134217729 - (x * 134217729 - x)
  const [a1, b1] = [half(a), half(b)]
  const [a2, b2] = [a - a1, b - b1]
  return [p, a1 * b1 - p + a1 * b2 + a2 * b1 + a2 * b2]
}

export function plus([xh, xl], [yh, yl]) {
  const s = xh + yh
  const v = s - xh
  return settled(s, xh - (s - v) + (yh - v) + (xl + yl))
}

function times([xh, xl], [yh, yl]) {
  const [p, e] = product(xh, yh)
  return settled(p, e + (xh * yl + xl * yh))
}

export function over([xh, xl], [yh, yl]) {
  const t = xh / yh
  const [p, e] = product(t, yh)
  return settled(t, (xh - p - e + (xl - t * yl)) / yh)
}

export function mass(z) {
  if (z >= 6) return plus([0.5, 0], [-tail(z), 0])
  const square = product(z, z)
  let [odd, odds, even, evens] = Array(4).fill([1, 0])
  for (let n = 1; even[0] > evens[0] * 1e-33; n++) {
    odd = over(times(odd, square), [2 * n + 1, 0])
    even = over(times(even, square), [2 * n, 0])
    odds = plus(odds, odd)
    evens = plus(evens, even)
  }
  return times(times([0.3989422804014327, -2.49232720227773e-17], [z, 0]), over(odds, evens))
}
