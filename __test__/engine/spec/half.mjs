import { buffer } from './numbers.mjs'

/** All finite values of a 16-bit format in ascending order, with their bits; -0 stands apart. */
function valuesOf(format) {
  const values = []
  for (let bits = 0; bits < 0x8000; bits++) {
    let value
    if (format === 'BF16') {
      buffer.setUint32(0, bits << 16)
      value = buffer.getFloat32(0)
    } else {
      const exponent = bits >> 10
      const mantissa = bits & 1023
      value = exponent === 0 ? mantissa * 2 ** -24 : (1024 + mantissa) * 2 ** (exponent - 25)
      if (exponent === 31) value = Infinity
    }
    if (Number.isFinite(value)) values.push({ value, bits })
  }
  const negative = values.slice(1).map(({ value, bits }) => ({ value: -value, bits: bits | 0x8000 }))
  return [...negative.reverse(), ...values]
}

/** Rounds to the nearest value of a format, ties to even bits, held within the values from `low` to `high`. */
export function half(format, low = -Infinity, high = Infinity, closed = true) {
  const values = valuesOf(format)
  const inside = values.filter(({ value }) => value >= low && (closed ? value <= high : value < high))
  const first = inside.length > 0 ? inside[0].value : -Infinity
  const last = inside.length > 0 ? inside.at(-1).value : Infinity
  return (x) => {
    let from = 0
    let to = values.length - 1
    while (to - from > 1) {
      const middle = (from + to) >> 1
      if (values[middle].value <= x) from = middle
      else to = middle
    }
    const [under, over] = [values[from], values[to]]
    const nearer = x - under.value - (over.value - x)
    const nearest = nearer < 0 || (nearer === 0 && (under.bits & 1) === 0) ? under : over
    if (nearest.value < first) return inside[0].bits
    if (nearest.value > last) return inside.at(-1).bits
    return nearest.value === 0 && (x < 0 || Object.is(x, -0)) ? 0x8000 : nearest.bits
  }
}
