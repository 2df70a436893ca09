/**
 * Measures of matrices in f64, + - * / and square roots alone. The methods are those of crates/linalg/src/dense.rs, which
 * leaves the products to nalgebra: the last bits may differ.
 */
import { rowsAStep } from '../async/steps.js'

/** Rounds of the power method; it ends when the norm moves by less than 2^-40 of itself. */
const ROUNDS = 10_000
const SETTLED = 2 ** -40

/** The largest singular value, by the power method on AtA; yields between rows of its products. */
export function* spectralNormSteps(
  w: ArrayLike<number>,
  rows: number,
  columns: number,
): Generator<number, number> {
  // A start with all directions in it: even the worst matrix can't be orthogonal to it but by chance.
  let x: Float64Array = Float64Array.from(
    { length: columns },
    (_, i) => 1 + (((i + 1) * 0.754_877_666_246_693) % 1),
  )
  let norm = 0
  for (let round = 0; round < ROUNDS; round++) {
    const length = Math.sqrt(sumOfSquares(x))
    if (length === 0) return 0
    for (let j = 0; j < columns; j++) x[j] = (x[j] as number) / length
    const y = yield* times(w, rows, columns, x)
    const next = Math.sqrt(sumOfSquares(y))
    if (Math.abs(next - norm) <= next * SETTLED) return next
    norm = next
    x = yield* transposedTimes(w, rows, columns, y)
  }
  return norm
}

/**
 * The largest entry of |QtQ - I|, or of |QQt - I| where there are more columns than rows; yields after each row of the
 * product.
 */
export function* orthogonalityErrorSteps(
  q: ArrayLike<number>,
  rows: number,
  columns: number,
): Generator<number, number> {
  const tall = rows >= columns
  const [count, length] = tall ? [columns, rows] : [rows, columns]
  const [stride, step] = tall ? [1, columns] : [columns, 1]
  let worst = 0
  for (let i = 0; i < count; i++) {
    for (let j = i; j < count; j++) {
      let sum = i === j ? -1 : 0
      for (let k = 0; k < length; k++)
        sum += (q[i * stride + k * step] as number) * (q[j * stride + k * step] as number)
      worst = Math.max(worst, Math.abs(sum))
    }
    yield 0
  }
  return worst
}

function sumOfSquares(x: Float64Array): number {
  let sum = 0
  for (const value of x) sum += value * value
  return sum
}

/** A x; yields between rows. */
function* times(
  a: ArrayLike<number>,
  rows: number,
  columns: number,
  x: Float64Array,
): Generator<number, Float64Array> {
  const out = new Float64Array(rows)
  const part = rowsAStep(columns)
  for (let i = 0; i < rows; i++) {
    let sum = 0
    for (let j = 0, at = i * columns; j < columns; j++, at++) sum += (a[at] as number) * (x[j] as number)
    out[i] = sum
    if (i % part === 0) yield 0
  }
  return out
}

/** At y; yields between rows. */
function* transposedTimes(
  a: ArrayLike<number>,
  rows: number,
  columns: number,
  y: Float64Array,
): Generator<number, Float64Array> {
  const out = new Float64Array(columns)
  const part = rowsAStep(columns)
  for (let i = 0; i < rows; i++) {
    const factor = y[i] as number
    for (let j = 0, at = i * columns; j < columns; j++, at++)
      out[j] = (out[j] as number) + (a[at] as number) * factor
    if (i % part === 0) yield 0
  }
  return out
}
