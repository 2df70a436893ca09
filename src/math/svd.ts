/**
 * Singular values and vectors of small matrices by one-sided Jacobi rotations (Hestenes 1958; the criterion and
 * formulas of Golub and Van Loan 2013, section 8.6.3), in f64.
 *
 * Some initializers are made of singular vectors, so these are a value's way: + - * / and square roots alone, in one
 * order, give every engine the same bits.
 */
import { allocate } from '../validate.js'
import { finished, rowsAStep } from '../async/steps.js'

/** Sweeps over all pairs; quadratic convergence needs 6 to 10. */
const SWEEPS = 60

/** Columns whose cosine is below are orthogonal. */
const COSINE = 2 ** -51

/** A thin decomposition A = U diag(s) Vt of a `rows` x `columns` matrix, k = min(rows, columns), s descending. */
export interface Svd {
  /** rows x k, row-major. */
  readonly u: Float64Array
  readonly s: Float64Array
  /** columns x k, row-major: the transpose of Vt. */
  readonly v: Float64Array
}

/**
 * The thin decomposition of a row-major matrix; yields between rotations. Null directions have columns of zeros in `u`.
 */
export function* svdSteps(a: ArrayLike<number>, rows: number, columns: number): Generator<number, Svd> {
  if (rows < columns) {
    const { u, s, v } = yield* svdSteps(yield* transposedSteps(a, rows, columns), columns, rows)
    return { u: v, s, v: u }
  }
  // Columns as rows of `work`, so that a rotation walks along memory; `right` gathers the rotations.
  const work = yield* transposedSteps(a, rows, columns)
  const right = allocate(`${columns} x ${columns} axes`, () => new Float64Array(columns * columns))
  for (let i = 0; i < columns; i++) right[i * columns + i] = 1
  for (let sweep = 0; sweep < SWEEPS; sweep++) if (!(yield* rotateAll(work, right, rows, columns))) break
  return yield* sortedSteps(work, right, rows, columns)
}

/** All singular values, the largest first, with the breaks of `svdSteps`. */
export function* singularValuesSteps(
  w: ArrayLike<number>,
  rows: number,
  columns: number,
): Generator<number, Float64Array> {
  return (yield* svdSteps(w, rows, columns)).s
}

/** `columns` x `rows`, of a row-major `rows` x `columns` matrix. */
export function transposed(a: ArrayLike<number>, rows: number, columns: number): Float64Array {
  return finished(transposedSteps(a, rows, columns))
}

function* transposedSteps(
  a: ArrayLike<number>,
  rows: number,
  columns: number,
): Generator<number, Float64Array> {
  const out = allocate(`a matrix of ${rows} x ${columns}`, () => new Float64Array(rows * columns))
  const pause = rowsAStep(columns)
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = a[i * columns + j] as number
    if (i % pause === 0) yield 0
  }
  return out
}

/** One sweep; false when every pair was orthogonal already. */
function* rotateAll(
  work: Float64Array,
  right: Float64Array,
  rows: number,
  columns: number,
): Generator<number, boolean> {
  let rotated = false
  const pause = rowsAStep(rows)
  for (let p = 0; p < columns - 1; p++) {
    const x = work.subarray(p * rows, (p + 1) * rows)
    for (let q = p + 1; q < columns; q++) {
      if (q % pause === 0) yield 0
      const y = work.subarray(q * rows, (q + 1) * rows)
      const [alpha, beta, gamma] = [dot(x, x), dot(y, y), dot(x, y)]
      if (Math.abs(gamma) <= COSINE * Math.sqrt(alpha * beta)) continue
      const zeta = (beta - alpha) / (2 * gamma)
      const t = (zeta < 0 ? -1 : 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta))
      const c = 1 / Math.sqrt(1 + t * t)
      rotate(x, y, c, c * t)
      rotate(
        right.subarray(p * columns, (p + 1) * columns),
        right.subarray(q * columns, (q + 1) * columns),
        c,
        c * t,
      )
      rotated = true
    }
    yield 0
  }
  return rotated
}

function dot(x: Float64Array, y: Float64Array): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) sum += (x[i] as number) * (y[i] as number)
  return sum
}

function rotate(x: Float64Array, y: Float64Array, c: number, s: number): void {
  for (let i = 0; i < x.length; i++) {
    const [a, b] = [x[i] as number, y[i] as number]
    x[i] = c * a - s * b
    y[i] = s * a + c * b
  }
}

/** Norms as singular values, in descending order; equal ones keep their places. */
function* sortedSteps(
  work: Float64Array,
  right: Float64Array,
  rows: number,
  columns: number,
): Generator<number, Svd> {
  const norms = Float64Array.from({ length: columns }, (_, j) => {
    const column = work.subarray(j * rows, (j + 1) * rows)
    return Math.sqrt(dot(column, column))
  })
  const order = Array.from(norms.keys()).sort((i, j) => (norms[j] as number) - (norms[i] as number) || i - j)
  const u = allocate(`${rows} x ${columns} vectors`, () => new Float64Array(rows * columns))
  const v = new Float64Array(columns * columns)
  const pause = rowsAStep(rows)
  for (const [k, j] of order.entries()) {
    const norm = norms[j] as number
    for (let i = 0; i < rows; i++) u[i * columns + k] = norm === 0 ? 0 : (work[j * rows + i] as number) / norm
    for (let i = 0; i < columns; i++) v[i * columns + k] = right[j * columns + i] as number
    if (k % pause === 0) yield 0
  }
  return { u, s: Float64Array.from(order, (j) => norms[j] as number), v }
}
