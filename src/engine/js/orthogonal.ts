import type { StreamKey } from '../../math/stream.js'
import { BLOCK } from '../../math/philox.js'
import { addScaled } from './fma.js'
import { fillNormal } from './normal.js'

/** The law of one matrix: uniform (Haar) among those with orthonormal columns, or rows if there are more columns. */
export interface Orthogonal {
  readonly rows: number
  readonly columns: number
  readonly gain: number
  /** Determinant +1 (times the gain), if the matrix is square. */
  readonly special: boolean
}

/** Multiply-adds between two steps of the work: a few milliseconds. */
const STEP = 1 << 20
/** Normals drawn at a time, unless one block of reflectors reads more. */
const NORMALS = 4 * BLOCK
/** Partial sums of a norm. */
const STRIPES = 16

/** Normals from one matrix of a batch to the next: as many as one reads, rounded up to whole blocks of words. */
export function streamElements({ rows, columns }: Orthogonal): number {
  const [m, n] = [Math.max(rows, columns), Math.min(rows, columns)]
  return n === 0 ? 0 : Math.ceil(((n - 1) * m + m - n + 1) / BLOCK) * BLOCK
}

/**
 * Writes matrix number `index` of a batch to `out`, row-major, by Stewart's direct draw of Householder reflectors
 * (1980) in compact-WY blocks (Schreiber and Van Loan 1989). Yields how many of the matrix's elements the work so far
 * amounts to.
 */
export function* orthogonalSteps(
  law: Orthogonal,
  stream: StreamKey,
  index: number,
  out: Float32Array,
): Generator<number, void> {
  const { rows, columns, special } = law
  const gain = Math.fround(law.gain)
  const [m, n] = [Math.max(rows, columns), Math.min(rows, columns)]
  if (n === 0) return
  const q = rows < columns ? new Float32Array(m * n) : out
  if (q === out) yield* zeroSteps(out)
  const block = new Reflectors(m, n, stream, index * streamElements(law))
  let signs = 1
  for (let first = block.last; first >= 0; first -= block.size) {
    block.draw(first)
    signs *= block.startColumns(q)
    for (const part of apply(block, q)) yield Math.floor(progress(m, n, first, block.size, part) * m * n)
  }
  const flipped = special && m === n && signs < 0
  const [row, column] = q === out ? [n, 1] : [1, m]
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) out[i * row + j * column] = (q[i * n + j] as number) * gain
    yield m * n
  }
  if (flipped) for (let i = n - 1; i < out.length; i += n) out[i] = -(out[i] as number)
}

/** Elements cleared between two steps: new memory takes a while. */
const CLEARED = 1 << 20

/** Fills with zeros. */
export function* zeroSteps(out: Float32Array): Generator<number, void> {
  for (let start = 0; start < out.length; start += CLEARED) {
    out.fill(0, start, start + CLEARED)
    yield 0
  }
}

/** Share of all work that is done when a `part` of the block from reflector `first` on is applied. */
function progress(m: number, n: number, first: number, size: number, part: number): number {
  // The work behind reflector k is the sum of (m - j) (n - j) over j >= k.
  const rest = (k: number) => ((m - n) * (n - k) * (n - k)) / 2 + ((n - k) * (n - k) * (n - k)) / 3
  const end = Math.min(first + size, n)
  return (rest(end) + part * (rest(first) - rest(end))) / rest(0)
}

/** A block of consecutive reflectors: I - V T V'. */
class Reflectors {
  /** Reflectors in a block: part of what defines the bits. */
  readonly size: number
  /** First reflector of the last block. */
  readonly last: number
  first = 0
  /** Reflectors in this block: fewer at the end. */
  count = 0
  /** V, (m - first) rows of `size`. */
  readonly v: Float32Array
  /** T, upper triangular. */
  readonly t: Float32Array
  private readonly normals: Float32Array
  /** The reflectors whose normals are drawn. */
  private drawn = { first: 0, end: 0 }
  private readonly signs: Float32Array
  private readonly gram: Float64Array
  private readonly inverse: Float64Array
  private readonly sums = new Float64Array(STRIPES)

  constructor(
    readonly m: number,
    readonly n: number,
    private readonly stream: StreamKey,
    private readonly origin: number,
  ) {
    const size = n <= 96 ? 4 : 16
    this.size = size
    this.last = Math.floor((n - 1) / size) * size
    this.v = new Float32Array(m * size)
    this.t = new Float32Array(size * size)
    this.signs = new Float32Array(size)
    this.gram = new Float64Array(size * size)
    this.inverse = new Float64Array(size * size)
    this.normals = new Float32Array(Math.max(1, Math.floor(NORMALS / (size * m))) * size * m)
  }

  /** Draws the block from reflector `first` on. */
  draw(first: number): void {
    this.first = first
    this.count = Math.min(this.size, this.n - first)
    const { m, normals, stream, drawn } = this
    if (first < drawn.first || first >= drawn.end) {
      drawn.end = first + this.count
      drawn.first = Math.max(0, first + this.size - normals.length / m)
      const needed = normals.subarray(0, (drawn.end - drawn.first) * m)
      fillNormal(needed, stream, this.origin + drawn.first * m, 0, 1)
    }
    this.v.fill(0, 0, (m - first) * this.size)
    for (let p = 0; p < this.count; p++) this.drawReflector(p, (first + p - drawn.first) * m, m - first - p)
    this.multiplyGram()
    this.invert()
  }

  /** Reflector p from the `length` normals from `at` on: v = (1, x[1..] / (x[0] + sign(x[0]) |x|)). */
  private drawReflector(p: number, at: number, length: number): void {
    const { v, size, sums, normals } = this
    sums.fill(0)
    for (let i = 0; i < length; i++) {
      const x = normals[at + i] as number
      sums[i % STRIPES] = (sums[i % STRIPES] as number) + x * x
    }
    for (let half = STRIPES / 2; half >= 1; half /= 2) {
      for (let l = 0; l < half; l++) sums[l] = (sums[l] as number) + (sums[l + half] as number)
    }
    const head = normals[at] as number
    const norm = Math.sqrt(sums[0] as number)
    const sign = head < 0 || Object.is(head, -0) ? -1 : 1
    const scale = norm > 0 ? Math.fround(1 / (head + sign * norm)) : 0
    this.signs[p] = -sign
    v[p * size + p] = 1
    for (let i = 1; i < length; i++) v[(p + i) * size + p] = (normals[at + i] as number) * scale
  }

  /** The upper triangle of V'V in f64, rows ascending. */
  private multiplyGram(): void {
    const { v, gram, size, count } = this
    const rows = this.m - this.first
    gram.fill(0)
    for (let i = 0; i < rows; i++) {
      const end = Math.min(count, i + 1)
      for (let p = 0; p < end; p++) {
        const x = v[i * size + p] as number
        for (let q = p; q < end; q++) {
          gram[p * size + q] = (gram[p * size + q] as number) + x * (v[i * size + q] as number)
        }
      }
    }
  }

  /** T: the inverse of V'V's upper triangle with its diagonal halved, column by column in f64. */
  private invert(): void {
    const { gram, inverse: t, size, count } = this
    t.fill(0)
    for (let j = 0; j < count; j++) {
      const diagonal = 2 / (gram[j * size + j] as number)
      t[j * size + j] = diagonal
      for (let i = 0; i < j; i++) {
        let sum = 0
        for (let l = i; l < j; l++) sum += (t[i * size + l] as number) * (gram[l * size + j] as number)
        t[i * size + j] = -sum * diagonal
      }
    }
    this.t.set(t)
  }

  /** Puts -sign(x[0]) on Q's diagonal in the block's columns; returns their product's share of the determinant. */
  startColumns(q: Float32Array): number {
    let determinant = 1
    for (let p = 0; p < this.count; p++) {
      const sign = this.signs[p] as number
      q[(this.first + p) * (this.n + 1)] = sign
      determinant *= -sign
    }
    return determinant
  }
}

/** Q - V (T (V'Q)) on rows and columns from the block's first on; yields the share that is done. */
function* apply(block: Reflectors, q: Float32Array): Generator<number, void> {
  const { m, n, first, count, size, v, t } = block
  const rows = m - first
  const width = n - first
  const atOnce = Math.max(1, Math.ceil(STEP / (size * width)))
  const w = new Float32Array(size * width)
  for (let top = 0; top < rows; top += atOnce) {
    const end = Math.min(rows, top + atOnce)
    for (let i = top; i < end; i++) {
      const live = Math.min(count, i + 1)
      for (let p = 0; p < live; p++) {
        addScaled(v[i * size + p] as number, q, (first + i) * n + first, 1, w, p * width, width)
      }
    }
    yield end / rows / 2
  }
  const tw = new Float32Array(size * width)
  for (let i = 0; i < count; i++) {
    for (let k = i; k < count; k++) {
      addScaled(t[i * size + k] as number, w, k * width, 1, tw, i * width, width)
    }
  }
  const sums = new Float32Array(width)
  for (let top = 0; top < rows; top += atOnce) {
    const end = Math.min(rows, top + atOnce)
    for (let i = top; i < end; i++) {
      sums.fill(0)
      const live = Math.min(count, i + 1)
      for (let p = 0; p < live; p++) addScaled(v[i * size + p] as number, tw, p * width, 1, sums, 0, width)
      const row = (first + i) * n + first
      for (let j = 0; j < width; j++) q[row + j] = (q[row + j] as number) - (sums[j] as number)
    }
    yield (rows + end) / rows / 2
  }
}
