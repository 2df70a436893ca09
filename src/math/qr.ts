/** The factors of A = Q R, k = min(rows, columns); R's diagonal is not negative, which makes them unique. */
export interface Qr {
  /** rows x k, row-major, orthonormal columns. */
  readonly q: Float64Array
  /** k x columns, row-major, zero below the diagonal. */
  readonly r: Float64Array
}

/**
 * The thin factors of a row-major matrix by Householder reflectors (Golub and Van Loan 2013, 5.2), in f64; yields after
 * each.
 */
export function* qrSteps(a: ArrayLike<number>, rows: number, columns: number): Generator<number, Qr> {
  const k = Math.min(rows, columns)
  const work = Float64Array.from(a)
  const reflectors: Float64Array[] = []
  for (let j = 0; j < k; j++) {
    const v = reflectorOf(work, rows, columns, j)
    reflectors.push(v)
    reflect(work, rows, columns, j, j, v)
    yield 0
  }
  const q = new Float64Array(rows * k)
  for (let j = 0; j < k; j++) q[j * k + j] = 1
  for (let j = k - 1; j >= 0; j--) {
    reflect(q, rows, k, j, 0, reflectors[j] as Float64Array)
    yield 0
  }
  const r = work.slice(0, k * columns)
  for (let j = 0; j < k; j++) {
    for (let i = 0; i < j; i++) r[j * columns + i] = 0
    if ((r[j * columns + j] as number) >= 0) continue
    for (let i = j; i < columns; i++) r[j * columns + i] = -(r[j * columns + i] as number)
    for (let i = 0; i < rows; i++) q[i * k + j] = -(q[i * k + j] as number)
  }
  return { q, r }
}

/** The unit vector whose reflection clears column j below the diagonal; all zeros where it is clear. */
function reflectorOf(a: Float64Array, rows: number, columns: number, j: number): Float64Array {
  const v = Float64Array.from({ length: rows - j }, (_, i) => a[(i + j) * columns + j] as number)
  const norm = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0))
  v[0] = (v[0] as number) + ((v[0] as number) < 0 ? -norm : norm)
  const length = Math.sqrt(v.reduce((sum, x) => sum + x * x, 0))
  return length === 0 ? v : v.map((x) => x / length)
}

/** a -= 2 v (vt a) on rows from j and columns from `first`. */
function reflect(
  a: Float64Array,
  rows: number,
  columns: number,
  j: number,
  first: number,
  v: Float64Array,
): void {
  for (let c = first; c < columns; c++) {
    let dot = 0
    for (let i = j; i < rows; i++) dot += (v[i - j] as number) * (a[i * columns + c] as number)
    for (let i = j; i < rows; i++)
      a[i * columns + c] = (a[i * columns + c] as number) - 2 * dot * (v[i - j] as number)
  }
}
