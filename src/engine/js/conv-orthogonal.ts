import type { StreamKey } from '../../math/stream.js'
import { gemm, type Init, matrix, transpose, type Matrix } from './gemm.js'
import { fillNormal } from './normal.js'
import { orthogonalSteps, streamElements, type Orthogonal } from './orthogonal.js'

/** The law of an orthogonal convolution kernel: taps in C order, each a row-major matrix [inputs, outputs]. */
export interface ConvOrthogonal {
  /** Spatial sizes, padded to three with ones. */
  readonly kernel: readonly [number, number, number]
  /** At most `outputs`. */
  readonly inputs: number
  readonly outputs: number
  readonly gain: number
}

/** Equally large row-major matrices in C order of three axes. */
interface Taps {
  readonly sizes: readonly number[]
  readonly data: Float32Array
}

const unscaled = new Float32Array(0)

/**
 * Writes a kernel that keeps norms under circular padding (Xiao et al. 2018, Algorithm 1) to `out`: a matrix with
 * orthonormal rows, convolved step by step with kernels of 2 taps an axis made of random projections. Yields how many
 * of the kernel's elements the work so far amounts to.
 */
export function* convOrthogonalSteps(
  law: ConvOrthogonal,
  stream: StreamKey,
  out: Float32Array,
): Generator<number, void> {
  const { kernel, inputs, outputs } = law
  if (out.length === 0) return
  const projections = kernel.reduce((sum, size) => sum + size - 1, 0)
  const draws = new Draws(outputs, stream, projections)
  yield* told(draws.next(), 0)
  let taps: Taps = { sizes: [1, 1, 1], data: draws.square.slice(0, inputs * outputs) }
  for (let size = 1; size < Math.max(...kernel); size++) {
    let block: Taps = { sizes: [1, 1, 1], data: identity(outputs) }
    for (let axis = 0; axis < 3; axis++) {
      if ((kernel[axis] as number) <= size) continue
      const done = Math.floor((out.length * (draws.count - 1)) / (projections + 1))
      yield* told(draws.next(), done)
      block = yield* told(split(block, axis, draws, outputs), done)
    }
    const done = Math.floor((out.length * (draws.count - 1)) / (projections + 1))
    const grown = emptyTaps(
      taps.sizes.map((s, axis) => s + (block.sizes[axis] as number) - 1),
      inputs * outputs,
    )
    yield* told(convolve(taps, block, grown, inputs, outputs), done)
    taps = grown
  }
  const gain = Math.fround(law.gain)
  for (let i = 0; i < out.length; i++) out[i] = gain * (taps.data[i] as number)
  yield out.length
}

/** Work in steps that tells of another number. */
function* told<T>(steps: Generator<number, T>, done: number): Generator<number, T> {
  let step = steps.next()
  for (; !step.done; step = steps.next()) yield done
  return step.value
}

/** The random matrices of a kernel, in their order. */
class Draws {
  /** Orthogonal matrices drawn so far. */
  count = 0
  readonly square: Float32Array
  private readonly law: Orthogonal

  constructor(
    private readonly size: number,
    private readonly stream: StreamKey,
    private readonly projections: number,
  ) {
    this.square = new Float32Array(size * size)
    this.law = { rows: size, columns: size, gain: 1, special: false }
  }

  /** Draws the next orthogonal matrix into `square`. */
  *next(): Generator<number, void> {
    yield* orthogonalSteps(this.law, this.stream, this.count, this.square)
    this.count++
  }

  /** The projection onto those columns of `square` whose normal is positive: each with probability 1/2. */
  *projection(): Generator<number, Float32Array> {
    const { size, square, stream, law } = this
    const normals = new Float32Array(size)
    fillNormal(normals, stream, (this.projections + this.count - 1) * streamElements(law), 0, 1)
    const kept = matrix(
      square.map((x, i) => ((normals[i % size] as number) > 0 ? x : 0)),
      size,
      size,
    )
    const projection = matrix(new Float32Array(size * size), size, size)
    yield* multiply(kept, transpose(kept), 'zero', projection)
    return projection.data
  }
}

/** As `gemm`, some rows at a time: each element's chain is its own. */
function* multiply(a: Matrix, b: Matrix, init: Init, c: Matrix): Generator<number, void> {
  const count = Math.max(1, Math.floor(STEP / Math.max(1, a.columns * c.columns)))
  for (let first = 0; first < c.rows; first += count) {
    gemm(1, rowsOf(a, first, count), b, init, rowsOf(c, first, count), unscaled)
    yield 0
  }
}

/** Multiply-adds between two breaks: some milliseconds. */
const STEP = 1 << 20

function rowsOf(m: Matrix, first: number, count: number): Matrix {
  return { ...m, offset: m.offset + first * m.rowStride, rows: Math.min(count, m.rows - first) }
}

function identity(size: number): Float32Array {
  return new Float32Array(size * size).map((_, i) => (i % (size + 1) === 0 ? 1 : 0))
}

function emptyTaps(sizes: readonly number[], length: number): Taps {
  return { sizes, data: new Float32Array(sizes.reduce((product, size) => product * size, length)) }
}

/** Every tap times P, and beside it on `axis` every tap times I - P. */
function* split(block: Taps, axis: number, draws: Draws, size: number): Generator<number, Taps> {
  const projection = yield* draws.projection()
  const sizes = block.sizes.map((s, a) => (a === axis ? 2 * s : s))
  const grown = emptyTaps(sizes, size * size)
  const rest = identity(size).map((x, i) => x - (projection[i] as number))
  for (const [t, place] of places(block.sizes).entries()) {
    const source = matrix(block.data, size, size, t * size * size)
    for (const [side, factor] of [projection, rest].entries()) {
      const target = tap(
        grown,
        place.map((x, a) => (a === axis ? side : x)),
        size,
        size,
      )
      yield* multiply(source, matrix(factor, size, size), 'zero', target)
    }
  }
  return grown
}

/** The sum of a[s] b[t] at s + t, taps of a outermost, each chain going on from the one before. */
function* convolve(a: Taps, b: Taps, sum: Taps, inputs: number, outputs: number): Generator<number, void> {
  for (const [s, first] of places(a.sizes).entries()) {
    const left = matrix(a.data, inputs, outputs, s * inputs * outputs)
    for (const [t, second] of places(b.sizes).entries()) {
      const right = matrix(b.data, outputs, outputs, t * outputs * outputs)
      const target = tap(
        sum,
        first.map((x, axis) => x + (second[axis] as number)),
        inputs,
        outputs,
      )
      yield* multiply(left, right, 1, target)
    }
  }
}

/** All places of three axes in C order. */
function places(sizes: readonly number[]): number[][] {
  const extend = (place: number[], size: number) => Array.from({ length: size }, (_, x) => [...place, x])
  return sizes.reduce<number[][]>((all, size) => all.flatMap((place) => extend(place, size)), [[]])
}

/** The matrix at a place. */
function tap(taps: Taps, place: readonly number[], rows: number, columns: number): Matrix {
  const index = place.reduce((at, x, axis) => at * (taps.sizes[axis] as number) + x, 0)
  return matrix(taps.data, rows, columns, index * rows * columns)
}
