import { addScaled, addScaledPair, fma } from './fma.js'
import type { Matrix } from './gemm.js'

/** Columns of A that a pair of rows has something other than 0 in. */
let live = new Int32Array(0)
/** What the chains of a pair of rows started from. */
let starts = new Float32Array(0)

/**
 * `C += A B`, row by row of C and in pairs of rows: each element goes on from what C holds and takes
 * `fma(a[i][p], b[p][j], sum)` for p ascending. B and C have column stride 1.
 *
 * Factors of 0 are skipped, as rectifiers and images leave many: they can change nothing but the sign of a zero, so
 * chains that end at 0 are done again in full.
 */
export function addProduct(a: Matrix, b: Matrix, c: Matrix): void {
  if (live.length < a.columns) live = new Int32Array(a.columns)
  if (starts.length < 2 * c.columns) starts = new Float32Array(2 * c.columns)
  for (let i = 0; i < c.rows; i += 2) {
    const pair = i + 1 < c.rows
    const count = collect(a, i, pair)
    const skipped = count < a.columns
    if (skipped) keep(c, i, pair)
    if (pair) addPair(a, b, c, i, count)
    else addRow(a, b, c, i, count)
    if (skipped) redoZeros(a, b, c, i, pair)
  }
}

/** Lists the columns where row i, or of a pair the next one, is not 0. */
function collect(a: Matrix, i: number, pair: boolean): number {
  const { data, rowStride, columnStride } = a
  const first = a.offset + i * rowStride
  const second = pair ? first + rowStride : first
  let count = 0
  for (let p = 0; p < a.columns; p++) {
    if (data[first + p * columnStride] !== 0 || data[second + p * columnStride] !== 0) live[count++] = p
  }
  return count
}

function keep(c: Matrix, i: number, pair: boolean): void {
  const at = c.offset + i * c.rowStride
  starts.set(c.data.subarray(at, at + c.columns))
  if (pair) starts.set(c.data.subarray(at + c.rowStride, at + c.rowStride + c.columns), c.columns)
}

function addRow(a: Matrix, b: Matrix, c: Matrix, i: number, count: number): void {
  const row = a.offset + i * a.rowStride
  const at = c.offset + i * c.rowStride
  for (let n = 0; n < count; n++) {
    const p = live[n] as number
    const scale = a.data[row + p * a.columnStride] as number
    addScaled(scale, b.data, b.offset + p * b.rowStride, 1, c.data, at, c.columns)
  }
}

function addPair(a: Matrix, b: Matrix, c: Matrix, i: number, count: number): void {
  const { data, rowStride, columnStride } = a
  const first = a.offset + i * rowStride
  const second = first + rowStride
  const y = c.offset + i * c.rowStride
  const z = y + c.rowStride
  let n = 0
  for (; n + 1 < count; n += 2) {
    const p = live[n] as number
    const q = live[n + 1] as number
    addScaledPair(
      data[first + p * columnStride] as number,
      data[first + q * columnStride] as number,
      data[second + p * columnStride] as number,
      data[second + q * columnStride] as number,
      b.data,
      b.offset + p * b.rowStride,
      b.offset + q * b.rowStride,
      c.data,
      y,
      z,
      c.columns,
    )
  }
  if (n === count) return
  const p = live[n] as number
  const at = b.offset + p * b.rowStride
  addScaled(data[first + p * columnStride] as number, b.data, at, 1, c.data, y, c.columns)
  addScaled(data[second + p * columnStride] as number, b.data, at, 1, c.data, z, c.columns)
}

/** Does the chains of row i, and of a pair the next one, again that ended at 0. */
function redoZeros(a: Matrix, b: Matrix, c: Matrix, i: number, pair: boolean): void {
  for (let row = i; row < (pair ? i + 2 : i + 1); row++) {
    const from = (row - i) * c.columns
    const at = c.offset + row * c.rowStride
    for (let j = 0; j < c.columns; j++) {
      if (c.data[at + j] === 0) c.data[at + j] = chain(a, b, row, j, starts[from + j] as number)
    }
  }
}

function chain(a: Matrix, b: Matrix, i: number, j: number, start: number): number {
  let sum = start
  for (let p = 0; p < a.columns; p++) {
    const x = a.data[a.offset + i * a.rowStride + p * a.columnStride] as number
    sum = fma(x, b.data[b.offset + p * b.rowStride + j] as number, sum)
  }
  return sum
}
