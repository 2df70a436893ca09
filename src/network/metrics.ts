import { rangeError, wrongType, wrongValue } from '../errors.js'
import { arrayKind } from '../realm.js'
import { bound, integer, present } from '../validate.js'

/** Class indices, one a row. */
export type Labels = Int32Array | Uint8Array

function columnsOf(outputs: Float32Array, count: number, name: string): number {
  floatsOf(outputs, name)
  const rows = integer(count, 'rows', 0)
  const columns = rows === 0 ? 0 : outputs.length / rows
  if (!Number.isInteger(columns) || (rows === 0 && outputs.length > 0)) {
    throw rangeError(
      'ERR_LENGTH_MISMATCH',
      `${name} has ${outputs.length} elements, which ${rows} rows do not divide: expected rows * units`,
    )
  }
  return columns
}

/** Number of rows that have these labels. */
function rowsOf(labels: Labels): number {
  if (/^(Int32|Uint8)Array$/.test(arrayKind(labels) ?? '')) return present(labels, 'labels').length
  throw wrongType('labels', 'an Int32Array or a Uint8Array', labels)
}

function floatsOf(values: Float32Array, name: string): Float32Array {
  if (arrayKind(values) === 'Float32Array') return present(values, name)
  throw wrongType(name, 'a Float32Array', values)
}

function sameLength(a: Float32Array, b: Float32Array | Labels, names: string): void {
  if (a.length !== b.length) {
    throw rangeError(
      'ERR_LENGTH_MISMATCH',
      `${names} must have the same length, got ${a.length} and ${b.length}`,
    )
  }
}

/** The class a row's outputs choose: the first of the largest, or for one output whether it exceeds `threshold`. */
function chosen(outputs: Float32Array, row: number, columns: number, threshold: number): number {
  if (columns === 1) return (outputs[row] as number) > threshold ? 1 : 0
  let best = row * columns
  for (let i = best + 1; i < (row + 1) * columns; i++) {
    if ((outputs[i] as number) > (outputs[best] as number)) best = i
  }
  return best - row * columns
}

/**
 * The class of each row of `predict`'s outputs `[rows, units]`: the index of the largest output (the first of equals),
 * or for one output 1 where it exceeds `threshold`.
 *
 * @param threshold Default 0: `predict` gives logits, and the logit 0 is the probability 1/2.
 */
export function classes(outputs: Float32Array, rows: number, threshold = 0): Int32Array {
  const columns = columnsOf(outputs, rows, 'outputs')
  bound(threshold, 'threshold')
  return Int32Array.from({ length: rows }, (_, row) => chosen(outputs, row, columns, threshold))
}

/** Share of the rows whose class (see `classes`) is the label; rows with a NaN are wrong. NaN without rows. */
export function accuracy(outputs: Float32Array, labels: Labels, threshold = 0): number {
  const rows = rowsOf(labels)
  const columns = columnsOf(outputs, rows, 'outputs')
  bound(threshold, 'threshold')
  let right = 0
  for (let row = 0; row < rows; row++) {
    if (chosen(outputs, row, columns, threshold) !== labels[row]) continue
    if (!outputs.subarray(row * columns, (row + 1) * columns).some(Number.isNaN)) right++
  }
  return right / rows
}

/**
 * Share of the rows whose label is among the `k` largest outputs, as Keras's `SparseTopKCategoricalAccuracy`: a label
 * counts when fewer than `k` outputs are larger than its own.
 */
export function topKAccuracy(outputs: Float32Array, labels: Labels, k = 5): number {
  integer(k, 'k', 1)
  const columns = columnsOf(outputs, rowsOf(labels), 'outputs')
  let hits = 0
  for (let row = 0; row < labels.length; row++) {
    const line = outputs.subarray(row * columns, (row + 1) * columns)
    const own = line[labels[row] as number]
    if (own === undefined || Number.isNaN(own)) continue
    if (line.reduce((larger, value) => larger + Number(value > own), 0) < k) hits++
  }
  return hits / labels.length
}

/** Counts `[label][class chosen]`, for `units` classes (2 for a single output), as scikit-learn's `confusion_matrix`. */
export function confusionMatrix(outputs: Float32Array, labels: Labels, threshold = 0): number[][] {
  const size = Math.max(2, columnsOf(outputs, rowsOf(labels), 'outputs'))
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0))
  const found = classes(outputs, labels.length, threshold)
  labels.forEach((label, row) => {
    const line = counts[label]
    if (!line) {
      throw rangeError(
        'ERR_INVALID_ARGUMENT',
        `labels[${row}] is ${label}, expected an integer in [0, ${size})`,
      )
    }
    const column = found[row] as number
    line[column] = (line[column] as number) + 1
  })
  return counts
}

/**
 * Coefficient of determination, 1 - residual / total sum of squares, averaged over the columns with equal weights as
 * scikit-learn's `r2_score`: a constant column scores 1 when met exactly, else 0.
 *
 * @param columns Values per row; default 1.
 * @returns NaN without rows
 */
export function r2(outputs: Float32Array, targets: Float32Array, columns = 1): number {
  sameLength(floatsOf(outputs, 'outputs'), floatsOf(targets, 'targets'), 'outputs and targets')
  const rows = targets.length / integer(columns, 'columns', 1)
  if (!Number.isInteger(rows))
    throw wrongValue('columns', `a divisor of the ${targets.length} targets`, columns)
  if (rows === 0) return Number.NaN
  let sum = 0
  for (let c = 0; c < columns; c++) {
    let mean = 0
    let varies = false
    for (let r = 0; r < rows; r++) {
      mean += (targets[r * columns + c] as number) / rows
      varies ||= targets[r * columns + c] !== targets[c]
    }
    let residual = 0
    let total = 0
    for (let r = 0; r < rows; r++) {
      const target = targets[r * columns + c] as number
      residual += (target - (outputs[r * columns + c] as number)) ** 2
      total += (target - mean) ** 2
    }
    sum += varies ? 1 - residual / total : Number(residual === 0)
  }
  return sum / columns
}

/**
 * Area under the ROC curve: the probability that a random row labelled 1 scores above a random row labelled 0, ties
 * counting one half (Mann-Whitney). NaN when either class is absent.
 */
export function auc(scores: Float32Array, labels: Labels): number {
  floatsOf(scores, 'scores')
  rowsOf(labels)
  sameLength(scores, labels, 'scores and labels')
  const other = labels.find((label) => label !== 0 && label !== 1)
  if (other !== undefined) throw wrongValue('labels', '0 and 1', other)
  const order = Uint32Array.from(scores.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number))
  let positives = 0
  let rankSum = 0
  for (let start = 0; start < order.length;) {
    let end = start
    while (end < order.length && scores[order[end] as number] === scores[order[start] as number]) end++
    if (end === start) return Number.NaN
    const rank = (start + 1 + end) / 2
    for (let i = start; i < end; i++) {
      if (labels[order[i] as number] !== 1) continue
      positives++
      rankSum += rank
    }
    start = end
  }
  const negatives = order.length - positives
  return (rankSum - (positives * (positives + 1)) / 2) / (positives * negatives)
}

/**
 * How many columns of a layer (kernel column and bias) differ to the bit. Units that start equal and get equal
 * gradients stay equal: a network of constant weights keeps exactly 1.
 */
export function distinctUnits(kernel: Float32Array, bias: Float32Array | undefined, units: number): number {
  const bits = new Uint32Array(kernel.buffer, kernel.byteOffset, kernel.length)
  const biasBits = bias && new Uint32Array(bias.buffer, bias.byteOffset, bias.length)
  const seen = new Set<string>()
  for (let unit = 0; unit < units; unit++) {
    const column = biasBits ? [biasBits[unit]] : []
    for (let i = unit; i < bits.length; i += units) column.push(bits[i])
    seen.add(column.join(' '))
  }
  return seen.size
}
