import { classesOf, type LossName, type RowsSpec, type TrainerData } from '../engine/trainer.js'
import { rangeError, show, typeError, wrongType, wrongValue } from '../errors.js'
import { isOf, isShared, ownArray } from '../realm.js'
import {
  nonNegativeSingle,
  present,
  readArray,
  readFields,
  readRecord,
  shapeOf,
  sizeOf,
} from '../validate.js'
import { Rows } from './rows.js'

/** A tensor with its shape, rows first. */
export interface Tensor<T> {
  data: T
  shape: readonly number[]
}

/** Rows of features in C order: `rows * inputs` numbers, or a tensor of that many. */
export type Features = Float32Array | Tensor<Float32Array>

/** Class indices, one a row, or numbers `[rows, units]`. */
export type Targets = Int32Array | Uint8Array | Float32Array | Tensor<Int32Array | Uint8Array | Float32Array>

/** Rows with their targets, as a pair or by name. */
export type Examples = readonly [Features, Targets] | { x: Features; y: Targets }

/** Weight of each class's rows in the loss: by class index. */
export type ClassWeight = Readonly<Record<number, number>>

/** Losses whose rows have a class. */
export function isClassifier(loss: LossName): boolean {
  return loss === 'softmaxCrossEntropy' || loss === 'sigmoidCrossEntropy' || loss === 'hinge'
}

/**
 * Checks features: a whole number of rows of finite numbers.
 *
 * @throws `ERR_INVALID_ARGUMENT` naming row and column of a number that is not finite; `ERR_LENGTH_MISMATCH`.
 */
export function readFeatures(
  value: unknown,
  inputs: number,
  argument: string,
): { x: Float32Array; rows: number } {
  const allowedTypes = 'a Float32Array or { data, shape }'
  const { data: x, shape } = readTensor(value, argument, allowedTypes)
  if (!(x instanceof Float32Array)) throw wrongType(argument, allowedTypes, x)
  if (x.length % inputs !== 0) {
    const allowed = `a multiple of the network's ${inputs} inputs`
    throw rangeError('ERR_LENGTH_MISMATCH', `${argument} must have ${allowed}, got ${x.length} numbers`)
  }
  refuseOtherRows(shape, x.length / inputs, argument)
  refuseNonFinite(x, inputs, argument)
  return { x: unshared(x), rows: x.length / inputs }
}

/** Checks rows with their targets. */
export function readData(spec: RowsSpec, x: unknown, y: unknown, names = { x: 'x', y: 'y' }): Rows {
  const features = readFeatures(x, spec.inputs, names.x)
  return new Rows(spec, { ...features, ...readTargets(spec, y, features.rows, names.y) })
}

/** Rows and targets in either of their forms. */
export function readExamples(spec: RowsSpec, value: unknown, argument: string): Rows {
  const names = { x: `${argument}.x`, y: `${argument}.y` }
  if (Array.isArray(value)) {
    const [x, y] = readArray(value, argument, 'ERR_INVALID_ARGUMENT', 2)
    return readData(spec, x, y, names)
  }
  const { x, y } = readRecord(value, argument)
  return readData(spec, x, y, names)
}

/** Gives rows the weights of `fit`'s options, if there are any; classes' weights multiply those that rows have. */
export function weighted(rows: Rows, weights: { sampleWeight?: unknown; classWeight?: unknown }): Rows {
  const found = readWeights(weights, rows.data, rows.spec)
  return found === undefined ? rows : rows.weighted(found)
}

/** The data of a tensor whose shape agrees with it; of an array alone there is none. */
function readTensor(
  value: unknown,
  argument: string,
  allowed: string,
): { data: unknown; shape?: readonly number[] } {
  if (ArrayBuffer.isView(value)) return { data: present(ownArray(value) as Float32Array, argument) }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw wrongType(argument, allowed, value)
  const { data, shape } = readFields(value, ['data', 'shape'], argument)
  const sizes = shapeOf(shape, `${argument}.shape`)
  const length = ArrayBuffer.isView(data) ? (data as Float32Array).length : undefined
  if (length !== sizeOf(sizes)) {
    const found = length === undefined ? show(data) : `${length} numbers`
    throw rangeError(
      'ERR_LENGTH_MISMATCH',
      `${argument}.data must fill the shape [${sizes.join(', ')}], got ${found}`,
    )
  }
  return { data: present(ownArray(data) as Float32Array, `${argument}.data`), shape: sizes }
}

/** Refuses a shape whose first axis is not the rows: its numbers would be read in another order than they are meant. */
function refuseOtherRows(shape: readonly number[] | undefined, rows: number, argument: string): void {
  if (shape === undefined || shape.length < 2 || shape[0] === rows) return
  const message = `${argument}.shape must have the ${rows} rows first, got [${shape.join(', ')}]`
  throw rangeError('ERR_INVALID_SHAPE', message)
}

function refuseNonFinite(data: Float32Array, columns: number, argument: string): void {
  if (allFinite(data)) return
  const at = data.findIndex((value) => !Number.isFinite(value))
  const place = `row ${Math.floor(at / columns)}, column ${at % columns}`
  throw rangeError('ERR_INVALID_ARGUMENT', `${argument} must be finite, got ${data[at]} in ${place}`)
}

/** Whether all are finite. Four sums at once: at the speed of memory. */
function allFinite(data: Float32Array): boolean {
  // The difference of an infinity or NaN to itself is NaN, which stays in its sum.
  let [a, b, c, d] = [0, 0, 0, 0]
  const whole = data.length - (data.length % 4)
  for (let i = 0; i < whole; i += 4) {
    const w = data[i] as number
    const x = data[i + 1] as number
    const y = data[i + 2] as number
    const z = data[i + 3] as number
    a += w - w
    b += x - x
    c += y - y
    d += z - z
  }
  for (const rest of data.subarray(whole)) a += rest - rest
  return a + b + c + d === 0
}

function readTargets(
  spec: RowsSpec,
  value: unknown,
  rows: number,
  argument: string,
): Pick<TrainerData, 'labels' | 'targets'> {
  const allowedTypes = 'an Int32Array or Uint8Array of labels or a Float32Array of targets'
  const { data: y, shape } = readTensor(value, argument, allowedTypes)
  if (!(y instanceof Float32Array || y instanceof Int32Array || y instanceof Uint8Array))
    throw wrongType(argument, allowedTypes, y)
  const labelled = !(y instanceof Float32Array) && isClassifier(spec.loss) && y.length === rows
  const expected = labelled ? rows : rows * spec.units
  if (y.length !== expected) {
    const labels = isClassifier(spec.loss) ? ', or one integer label a row' : ''
    const allowed = `${rows} rows of ${spec.units}${labels}`
    throw rangeError('ERR_LENGTH_MISMATCH', `${argument} must have ${allowed}, got ${y.length} numbers`)
  }
  refuseOtherRows(shape, rows, argument)
  if (labelled) return { labels: readLabels(y, classesOf(spec.units, spec.loss), argument) }
  const targets = Float32Array.from(y)
  refuseNonFinite(targets, spec.units, argument)
  return { targets }
}

function readLabels(y: Int32Array | Uint8Array, classes: number, argument: string): Int32Array {
  const wrong = y.findIndex((label) => label < 0 || label >= classes)
  if (wrong < 0) return Int32Array.from(y)
  throw rangeError(
    'ERR_INVALID_ARGUMENT',
    `${argument}[${wrong}] must be a label in [0, ${classes}), got ${y[wrong]}`,
  )
}

/** Native code may not read memory that other threads can write. */
function unshared(x: Float32Array): Float32Array {
  return isShared(x.buffer) ? Float32Array.from(x) : x
}

function readWeights(
  { sampleWeight, classWeight }: { sampleWeight?: unknown; classWeight?: unknown },
  { rows, labels, weights: own }: TrainerData,
  { units, loss }: RowsSpec,
): Float32Array | undefined {
  if (sampleWeight === undefined && classWeight === undefined) return undefined
  const weights = own?.slice() ?? new Float32Array(rows).fill(1)
  if (sampleWeight !== undefined) weights.set(readSampleWeight(sampleWeight, rows))
  if (classWeight === undefined) return weights
  if (labels === undefined)
    throw typeError('ERR_INVALID_ARGUMENT', 'classWeight needs a loss of classes, and integer labels as y')
  const factors = readRecord(factorsOf(classWeight), 'classWeight') as Record<string, number>
  const classes = classesOf(units, loss)
  for (const [label, factor] of Object.entries(factors)) {
    if (!/^\d{1,9}$/.test(label) || Number(label) >= classes)
      throw wrongValue('a key of classWeight', `a label in [0, ${classes})`, label)
    nonNegativeSingle(factor, `classWeight[${label}]`)
  }
  const products = weights.map((weight, row) => weight * (factors[labels[row] as number] ?? 1))
  const wrong = products.indexOf(Infinity)
  if (wrong >= 0) nonNegativeSingle(Infinity, `the weight of row ${wrong}, of itself times its class,`)
  return products
}

/** Weights of classes by label: of a map, which JSON knows nothing of, the record of the same entries. */
export function factorsOf(classWeight: unknown): unknown {
  return isOf(classWeight, 'Map') ? Object.fromEntries(classWeight as Map<number, number>) : classWeight
}

function readSampleWeight(given: unknown, rows: number): Float32Array {
  const value = ownArray(given)
  if (!(value instanceof Float32Array)) throw wrongType('sampleWeight', 'a Float32Array', value)
  present(value, 'sampleWeight')
  if (value.length !== rows) {
    throw rangeError(
      'ERR_LENGTH_MISMATCH',
      `sampleWeight must have one weight a row, ${rows}, got ${value.length}`,
    )
  }
  value.forEach((weight, row) => nonNegativeSingle(weight, `sampleWeight[${row}]`))
  return value
}
