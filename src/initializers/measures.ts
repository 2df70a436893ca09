/** Measures of weights as matrices, in double precision: for diagnosis, outside the bit contract. */
import type { Measured, Measures, Weights } from '../engine/engine.js'
import { type AsyncOptions, oneCall } from '../engine/progress.js'
import { checkEngine, type EngineName, pickEngine } from '../engine/select.js'
import { rangeError, wrongType } from '../errors.js'
import { arrayKind, ownArray } from '../realm.js'
import { present, readOptions, shapeOf, sizeOf } from '../validate.js'
import { layoutOf, type BaseLayout } from './layouts.js'
import { matrixView } from './matrix-view.js'

export interface MeasureOptions {
  /** (all other axes, last axis) for 'keras' (default), (first axis, all others) for 'torch' and 'mlx'. */
  layout?: BaseLayout | undefined
  /** The native engine measures by nalgebra, the TypeScript one, and every Float64Array, by loops of its own. */
  engine?: EngineName | undefined
}

/**
 * The largest singular value of weights as a matrix: how much they can stretch an input.
 *
 * @param w - a Float32Array or Float64Array of the shape's length, in C order
 * @param shape - rank 2 or more
 * @throws `ERR_INVALID_SHAPE`, `ERR_LENGTH_MISMATCH`, `ERR_INVALID_ARGUMENT` (also for values that are not finite)
 */
export function spectralNorm(
  w: Float32Array | Float64Array,
  shape: readonly number[],
  options?: MeasureOptions,
): number {
  return measureNow('spectralNorm', w, shape, options)
}

/**
 * All singular values of weights as a matrix, the largest first. Arguments and errors as `spectralNorm`'s.
 *
 * @returns min(rows, columns) values
 */
export function singularValues(
  w: Float32Array | Float64Array,
  shape: readonly number[],
  options?: MeasureOptions,
): Float64Array {
  return measureNow('singularValues', w, shape, options)
}

/**
 * How far weights are from orthogonal: the largest entry of |QtQ - I|, or of |QQt - I| where the matrix has more columns
 * than rows. Arguments and errors as `spectralNorm`'s.
 */
export function orthogonalityError(
  w: Float32Array | Float64Array,
  shape: readonly number[],
  options?: MeasureOptions,
): number {
  return measureNow('orthogonalityError', w, shape, options)
}

/** As `spectralNorm`, without blocking the event loop. */
export async function spectralNormAsync(
  w: Float32Array | Float64Array,
  shape: readonly number[],
  options?: MeasureOptions & AsyncOptions,
): Promise<number> {
  return measureLater('spectralNorm', w, shape, options)
}

/** As `singularValues`, without blocking the event loop. */
export async function singularValuesAsync(
  w: Float32Array | Float64Array,
  shape: readonly number[],
  options?: MeasureOptions & AsyncOptions,
): Promise<Float64Array> {
  return measureLater('singularValues', w, shape, options)
}

/** As `orthogonalityError`, without blocking the event loop. */
export async function orthogonalityErrorAsync(
  w: Float32Array | Float64Array,
  shape: readonly number[],
  options?: MeasureOptions & AsyncOptions,
): Promise<number> {
  return measureLater('orthogonalityError', w, shape, options)
}

const OPTIONS = ['layout', 'engine']

type Matrix = [w: Weights, rows: number, columns: number]

function measureNow<K extends keyof Measured>(
  name: K,
  w: unknown,
  shape: unknown,
  options: unknown,
): Measured[K] {
  const [measures, ...matrix] = matrixOf(w, shape, readOptions(options, OPTIONS))
  return measures.now(name, ...matrix)
}

async function measureLater<K extends keyof Measured>(
  name: K,
  w: unknown,
  shape: unknown,
  options: unknown,
): Promise<Measured[K]> {
  return oneCall(options, OPTIONS, async (record, control) => {
    const [measures, ...matrix] = matrixOf(w, shape, record)
    return measures.later(name, ...matrix, control)
  })
}

/** Who measures, and the matrix. */
function matrixOf(
  w: unknown,
  shape: unknown,
  { layout = 'keras', engine }: Record<string, unknown>,
): [Measures, ...Matrix] {
  const sizes = shapeOf(shape)
  const read = layoutOf(layout)
  if (typeof read !== 'string') throw wrongType('layout', "'keras', 'torch' or 'mlx'", layout)
  const { rows, columns } = matrixView(sizes, read)
  const values = finiteValues(w, sizes)
  const choice = engine === undefined ? undefined : checkEngine(engine)
  return [pickEngine(choice, values.length, values, 0, 'w').measures, values, rows, columns]
}

function finiteValues(w: unknown, shape: readonly number[]): Weights {
  const kind = arrayKind(w)
  if (kind !== 'Float32Array' && kind !== 'Float64Array')
    throw wrongType('w', 'a Float32Array or Float64Array', w)
  const values = present(ownArray(w) as Float32Array, 'w') as Weights
  if (values.length !== sizeOf(shape)) {
    const message = `w must have ${sizeOf(shape)} elements, those of shape [${shape.join(', ')}], got ${values.length}`
    throw rangeError('ERR_LENGTH_MISMATCH', message)
  }
  if (values.every(Number.isFinite)) return values
  throw rangeError('ERR_INVALID_ARGUMENT', 'w must hold finite values')
}
