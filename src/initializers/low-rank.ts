import { qrSteps } from '../math/qr.js'
import { finished } from '../async/steps.js'
import { svdSteps, transposed } from '../math/svd.js'
import { wrongShape } from '../errors.js'
import { type AsyncOptions, inSlices } from '../async/watch.js'
import { integer, oneOf, positive, readOptions, shapeOf, sizeOf } from '../validate.js'
import { floats } from './given.js'

export interface LowRankOptions {
  /** Rank of the update, at most the smaller of the matrix's two sizes. */
  rank: number
  /** Factor of the update where it is used (alpha / rank). Default: 1. */
  scaling?: number | undefined
  /** (in, out) for 'keras' (default), (out, in) for 'torch'. */
  layout?: 'keras' | 'torch' | undefined
}

/** The factors of an update, and what is left of the weights: together they are the weights as they were. */
export interface LowRank {
  /** From the inputs: [in, rank] in the 'keras' layout, [rank, in] in 'torch'. */
  readonly a: Float32Array
  /** To the outputs: [rank, out] in the 'keras' layout, [out, rank] in 'torch'. */
  readonly b: Float32Array
  /** The weights less scaling times the product of the factors. */
  readonly residual: Float32Array
}

/** The factors of a rows x columns matrix: rows x rank and rank x columns. */
type Factor = (
  w: Float32Array,
  rows: number,
  columns: number,
  rank: number,
  scaling: number,
) => Generator<number, [Float64Array, Float64Array]>

/** Principal singular vectors, each side times the root of the value over the scaling. */
const principal: Factor = function* (w, rows, columns, rank, scaling) {
  const { u, s, v } = yield* svdSteps(w, rows, columns)
  const k = s.length
  const root = (r: number) => Math.sqrt((s[r] as number) / scaling)
  const left = new Float64Array(rows * rank)
  const right = new Float64Array(rank * columns)
  for (let r = 0; r < rank; r++) {
    for (let i = 0; i < rows; i++) left[i * rank + r] = (u[i * k + r] as number) * root(r)
    for (let j = 0; j < columns; j++) right[r * columns + j] = (v[j * k + r] as number) * root(r)
  }
  return [left, right]
}

/** The first columns of Q and the first rows of R. */
const orthonormal: Factor = function* (w, rows, columns, rank) {
  const { q, r } = yield* qrSteps(w, rows, columns)
  const k = Math.min(rows, columns)
  const left = new Float64Array(rows * rank)
  for (let i = 0; i < rows; i++) for (let j = 0; j < rank; j++) left[i * rank + j] = q[i * k + j] as number
  return [left, r.slice(0, rank * columns)]
}

/**
 * Factors of a low-rank update from the principal singular values of the weights: A and B are the singular vectors times the
 * roots of the values (Meng et al. 2024, "PiSSA").
 *
 * @param w - the weights, [in, out] or [out, in] as `layout` says
 * @throws `ERR_INVALID_SHAPE`, `ERR_LENGTH_MISMATCH`, `ERR_INVALID_ARGUMENT`
 */
export function pissa(w: Float32Array, shape: readonly number[], options: LowRankOptions): LowRank {
  return finished(lowRank(w, shape, readOptions(options, LOW_RANK), principal))
}

/** As `pissa`, without blocking the event loop. */
export async function pissaAsync(
  w: Float32Array,
  shape: readonly number[],
  options: LowRankOptions & AsyncOptions,
): Promise<LowRank> {
  return inSlices(options, LOW_RANK, (record) => lowRank(w, shape, record, principal))
}

/**
 * Factors of a low-rank update from the QR decomposition of the weights (as [out, in]): B has the first columns of Q, A the
 * first rows of R (Buyukakyuz 2024, "OLoRA"). Arguments and errors as `pissa`'s.
 */
export function olora(w: Float32Array, shape: readonly number[], options: LowRankOptions): LowRank {
  return finished(lowRank(w, shape, readOptions(options, LOW_RANK), orthonormal))
}

/** As `olora`, without blocking the event loop. */
export async function oloraAsync(
  w: Float32Array,
  shape: readonly number[],
  options: LowRankOptions & AsyncOptions,
): Promise<LowRank> {
  return inSlices(options, LOW_RANK, (record) => lowRank(w, shape, record, orthonormal))
}

const LOW_RANK = ['rank', 'scaling', 'layout']

function* lowRank(
  w: unknown,
  shape: unknown,
  record: Record<string, unknown>,
  factor: Factor,
): Generator<number, LowRank> {
  const sizes = shapeOf(shape)
  if (sizes.length !== 2) throw wrongShape('have rank 2', sizes)
  const { scaling = 1, layout = 'keras' } = record
  const keras = oneOf(layout, 'layout', ['keras', 'torch']) === 'keras'
  const scale = positive(scaling, 'scaling')
  const weights = floats(w, 'w', sizeOf(sizes))
  const [inputs, outputs] = (keras ? sizes : [...sizes].reverse()) as [number, number]
  const rank = integer(record['rank'], 'rank', 0, Math.min(inputs, outputs))
  const upright = keras ? Float32Array.from(transposed(weights, inputs, outputs)) : weights
  const factors = yield* factor(upright, outputs, inputs, rank, scale)
  const [left, right] = factors.map((x) => Float32Array.from(x)) as [Float32Array, Float32Array]
  const residual = upright.map((value, at) => {
    const [o, i] = [Math.floor(at / inputs), at % inputs]
    let sum = 0
    for (let r = 0; r < rank; r++) sum += (left[o * rank + r] as number) * (right[r * inputs + i] as number)
    return value - scale * sum
  })
  if (!keras) return { a: right, b: left, residual }
  const flip = (x: Float32Array, rows: number, columns: number) =>
    Float32Array.from(transposed(x, rows, columns))
  return {
    a: flip(right, rank, inputs),
    b: flip(left, outputs, rank),
    residual: flip(residual, outputs, inputs),
  }
}
