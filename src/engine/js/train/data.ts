import { plainError, rangeError } from '../../../errors.js'
import { classesOf, type RowsSpec, type TrainerData, type TrainerRows } from '../../trainer.js'

/** Rows whose targets are in the form that the loss reads. */
export interface Rows extends TrainerRows {
  readonly x: Float32Array
  readonly labels: Int32Array | undefined
  /** A value an output, unless softmax reads the labels themselves. */
  readonly values: Float32Array | undefined
  readonly weights: Float32Array | undefined
}

/**
 * Copies and checks rows. Labels become the values that elementwise losses compare with: the class's own place 1 among
 * zeros (a single output: the label itself), for hinge 1 among minus ones. Hinge takes 0 and 1 for -1 and 1 when there
 * is nothing else, as Keras does.
 */
export function rowsOf({ inputs, units, loss }: RowsSpec, data: TrainerData): Rows {
  const { rows, labels, targets, weights } = data
  checkLength('x', rows * inputs, data.x.length)
  if (weights !== undefined && weights.length > 0) checkLength('weights', rows, weights.length)
  if (labels === undefined) checkLength('targets', rows * units, targets?.length ?? 0)
  else checkLabels(labels, rows, classesOf(units, loss))
  const softmax = loss === 'softmaxCrossEntropy'
  const values = labels === undefined ? targets?.slice() : softmax ? undefined : oneHot(labels, units)
  if (loss === 'hinge' && values?.every((t) => t === 0 || t === 1)) {
    for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * 2 - 1
  }
  const factors = weights === undefined || weights.length === 0 ? undefined : weights.slice()
  return {
    x: data.x.slice(),
    rows,
    labels: labels?.slice(),
    values,
    weights: factors,
    dispose: () => undefined,
  }
}

/** Refuses an array of another length than is needed. */
export function checkLength(name: string, expected: number, actual: number): void {
  if (actual === expected) return
  throw plainError('ERR_LENGTH_MISMATCH', `${name} has ${actual} elements, must have ${expected}`)
}

function checkLabels(labels: Int32Array, rows: number, classes: number): void {
  checkLength('labels', rows, labels.length)
  const row = labels.findIndex((label) => label < 0 || label >= classes)
  if (row < 0) return
  const message = `labels[${row}] is ${labels[row]}, must be below the number of classes`
  throw rangeError('ERR_INVALID_ARGUMENT', message)
}

function oneHot(labels: Int32Array, outputs: number): Float32Array {
  if (outputs === 1) return Float32Array.from(labels)
  const values = new Float32Array(labels.length * outputs)
  labels.forEach((label, row) => (values[row * outputs + label] = 1))
  return values
}
