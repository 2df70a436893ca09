/** Measures of weights as matrices, in double precision: for diagnosis, outside the bit contract. */
import type { Measured, Measures, Weights } from '../engine/engine.js'
import { type AsyncOptions, oneCall } from '../async/watch.js'
import { checkEngine, type EngineName, pickEngine } from '../engine/select.js'
import { wrongType } from '../errors.js'
import { readOptions, shapeOf } from '../validate.js'
import { layoutOf, type BaseLayout } from './layouts.js'
import { matrixView } from './matrix-view.js'
import { factorOf, scaledBy, unscaled, weightsOf } from './measured-weights.js'

export interface MeasureOptions {
  /** (all other axes, last axis) for 'keras' (default), (first axis, all others) for 'torch' and 'mlx'. */
  layout?: BaseLayout | undefined
  /** The native engine measures by nalgebra, the TypeScript one, and every Float64Array, by loops of its own. */
  engine?: EngineName | undefined
}

/**
 * The largest singular value of weights as a matrix: how much they can stretch an input. Infinity where it is beyond a
 * double's range.
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
 * than rows; Infinity where that is beyond a double's range. Arguments and errors as `spectralNorm`'s.
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

/** A matrix, who measures it, and what its weights were multiplied by. */
interface Measurable {
  readonly measures: Measures
  readonly matrix: [w: Weights, rows: number, columns: number]
  readonly factor: number
}

function measureNow<K extends keyof Measured>(
  name: K,
  w: unknown,
  shape: unknown,
  options: unknown,
): Measured[K] {
  const { measures, matrix, factor } = measurableOf(name, w, shape, readOptions(options, OPTIONS))
  return measured(measures.now(name, ...matrix), factor)
}

async function measureLater<K extends keyof Measured>(
  name: K,
  w: unknown,
  shape: unknown,
  options: unknown,
): Promise<Measured[K]> {
  return oneCall(options, OPTIONS, async (record, control) => {
    const { measures, matrix, factor } = measurableOf(name, w, shape, record)
    return measured(await measures.later(name, ...matrix, control), factor)
  })
}

function measurableOf(
  name: keyof Measured,
  w: unknown,
  shape: unknown,
  { layout = 'keras', engine }: Record<string, unknown>,
): Measurable {
  const sizes = shapeOf(shape)
  const read = layoutOf(layout)
  if (typeof read !== 'string') throw wrongType('layout', "'keras', 'torch' or 'mlx'", layout)
  const { rows, columns } = matrixView(sizes, read)
  const { values, largest } = weightsOf(w, sizes)
  const choice = engine === undefined ? undefined : checkEngine(engine)
  const { measures } = pickEngine(choice, values.length, values, 0, 'w')
  // How far a matrix is from one that is orthogonal changes with its scale in no simple way.
  const factor = name === 'orthogonalityError' ? 1 : factorOf(largest)
  return { measures, matrix: [scaledBy(values, factor), rows, columns], factor }
}

/** What was found, of the weights as they were. */
function measured<K extends keyof Measured>(found: Measured[K], factor: number): Measured[K] {
  // Infinite products of both signs meet only where a column's own product is beyond a double's range as well.
  return Number.isNaN(found) ? (Infinity as Measured[K]) : unscaled(found, factor)
}
