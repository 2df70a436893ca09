import { addScaled, fma } from './fma.js'
import { addProduct } from './product.js'

/** A matrix in somebody else's memory: entry (i, j) is element `offset + i * rowStride + j * columnStride`. */
export interface Matrix {
  readonly data: Float32Array
  readonly offset: number
  readonly rows: number
  readonly columns: number
  readonly rowStride: number
  readonly columnStride: number
}

/** A row-major matrix without gaps from element `offset` on. */
export function matrix(data: Float32Array, rows: number, columns: number, offset = 0): Matrix {
  return { data, offset, rows, columns, rowStride: columns, columnStride: 1 }
}

/** Rows of a matrix, `count` of them at most, where they are. */
export function rowsFrom(a: Matrix, first: number, count: number): Matrix {
  return { ...a, offset: a.offset + first * a.rowStride, rows: Math.min(count, a.rows - first) }
}

/** The transpose, without moving anything. */
export function transpose(a: Matrix): Matrix {
  return { ...a, rows: a.columns, columns: a.rows, rowStride: a.columnStride, columnStride: a.rowStride }
}

/**
 * What the chain of an output element starts from: +0, its column's entry of a bias, or (a number) this multiple of
 * what C held.
 */
export type Init = 'zero' | Float32Array | number

/** Partial sums of a product with a single column. */
const PARTIALS = 16

const partial = new Float32Array(PARTIALS)

/**
 * `C = init + A (alpha B)`, in the order of the native engine: element (i, j) takes `fma(a[i][p], alpha b[p][j], sum)`
 * for p ascending. With a single column it is 16 partial sums, p mod 16, added as a tree and to the initial value.
 *
 * @param a m x k
 * @param b k x n
 * @param c m x n, row-major (column stride 1)
 * @param scratch at least n elements, used if alpha isn't 1
 */
export function gemm(
  alpha: number,
  a: Matrix,
  b: Matrix,
  init: Init,
  c: Matrix,
  scratch: Float32Array,
): void {
  if (c.columns === 1) return multiplyColumn(alpha, a, b, init, c)
  for (let i = 0; i < c.rows; i++) start(init, c, i)
  if (alpha !== 1) return multiplyScaled(Math.fround(alpha), a, b, c, scratch)
  if (b.columnStride === 1) return addProduct(a, b, c)
  for (let i = 0; i < c.rows; i++) {
    const row = c.offset + i * c.rowStride
    for (let p = 0; p < a.columns; p++) {
      const x = a.data[a.offset + i * a.rowStride + p * a.columnStride] as number
      addScaled(x, b.data, b.offset + p * b.rowStride, b.columnStride, c.data, row, c.columns)
    }
  }
}

/** As `gemm` once C is started: rows of B outermost, so that each is scaled once. */
function multiplyScaled(alpha: number, a: Matrix, b: Matrix, c: Matrix, scratch: Float32Array): void {
  for (let p = 0; p < b.rows; p++) {
    for (let j = 0; j < c.columns; j++) {
      scratch[j] = alpha * (b.data[b.offset + p * b.rowStride + j * b.columnStride] as number)
    }
    for (let i = 0; i < c.rows; i++) {
      const x = a.data[a.offset + i * a.rowStride + p * a.columnStride] as number
      addScaled(x, scratch, 0, 1, c.data, c.offset + i * c.rowStride, c.columns)
    }
  }
}

/** Sets row i of C to what its chains start from. */
function start(init: Init, c: Matrix, i: number): void {
  const at = c.offset + i * c.rowStride
  if (init === 'zero') c.data.fill(0, at, at + c.columns)
  else if (typeof init !== 'number') c.data.set(init, at)
  else {
    const beta = Math.fround(init)
    for (let j = at; j < at + c.columns; j++) c.data[j] = beta * (c.data[j] as number)
  }
}

function multiplyColumn(alpha: number, a: Matrix, b: Matrix, init: Init, c: Matrix): void {
  const scale = Math.fround(alpha)
  for (let i = 0; i < c.rows; i++) {
    partial.fill(0)
    for (let p = 0; p < a.columns; p++) {
      const x = a.data[a.offset + i * a.rowStride + p * a.columnStride] as number
      const y = Math.fround(scale * (b.data[b.offset + p * b.rowStride] as number))
      partial[p % PARTIALS] = fma(x, y, partial[p % PARTIALS] as number)
    }
    for (let half = PARTIALS / 2; half >= 1; half /= 2) {
      for (let l = 0; l < half; l++) partial[l] = (partial[l] as number) + (partial[l + half] as number)
    }
    const at = c.offset + i * c.rowStride
    const sum = partial[0] as number
    if (init === 'zero') c.data[at] = sum
    else if (typeof init !== 'number') c.data[at] = (init[0] as number) + sum
    else c.data[at] = Math.fround(Math.fround(init) * (c.data[at] as number)) + sum
  }
}
