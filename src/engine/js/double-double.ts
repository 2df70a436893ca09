/** Numbers of about 106 bits: sums of two doubles of which the second is what the first leaves (Dekker 1971). */

/** `high + low`, where `high` is that sum rounded. */
export interface DoubleDouble {
  readonly high: number
  readonly low: number
}

/** A double as it is. */
export function doubled(high: number): DoubleDouble {
  return { high, low: 0 }
}

/** The product of two doubles, exact. */
export function product(a: number, b: number): DoubleDouble {
  const high = a * b
  const [a1, b1] = [upper(a), upper(b)]
  const [a2, b2] = [a - a1, b - b1]
  return { high, low: a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2 }
}

/** Of summands whose signs may differ, to the last bits of the larger one. */
export function plus(x: DoubleDouble, y: DoubleDouble): DoubleDouble {
  const high = x.high + y.high
  const part = high - x.high
  const rest = x.high - (high - part) + (y.high - part)
  return settled(high, rest + (x.low + y.low))
}

export function times(x: DoubleDouble, y: DoubleDouble): DoubleDouble {
  const { high, low } = product(x.high, y.high)
  return settled(high, low + (x.high * y.low + x.low * y.high))
}

export function over(x: DoubleDouble, divisor: DoubleDouble): DoubleDouble {
  const quotient = x.high / divisor.high
  const taken = product(quotient, divisor.high)
  const rest = x.high - taken.high - taken.low + (x.low - quotient * divisor.low)
  return settled(quotient, rest / divisor.high)
}

/** The sum of two doubles, the first of them the larger. */
function settled(a: number, b: number): DoubleDouble {
  const high = a + b
  return { high, low: b - (high - a) }
}

/** The upper half of a double, of at most 26 bits (Veltkamp 1968). */
function upper(a: number): number {
  const scaled = a * 134217729
  return scaled - (scaled - a)
}
