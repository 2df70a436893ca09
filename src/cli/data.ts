import { readFile } from 'node:fs/promises'
import { parse } from 'csv-parse/sync'
import { UsageError } from './exit.js'

/** Rows of a data file: features in C order, and one label or target a row. */
export interface Table {
  readonly features: Float32Array
  readonly columns: readonly string[]
  readonly answers: Float64Array
  readonly rows: number
}

/** Training and test rows, ready for a network. */
export interface Split {
  readonly x: Float32Array
  readonly y: Int32Array | Float32Array
  readonly xTest?: Float32Array
  readonly yTest?: Int32Array | Float32Array
  readonly inputs: number
  /** Number of classes; 0 for regression. */
  readonly classes: number
}

/** How a file becomes training and test rows. */
export interface DataOptions {
  /** Column of the answers; the last one where it is not given. */
  label?: string
  /** Divide every feature by this. */
  scale?: number
  /** Subtract the training rows' mean and divide by their standard deviation, by column. */
  standardize?: boolean
  /** Share of the rows, from the end, to test on. */
  test: number
  /** Learn numbers instead of classes. */
  regression?: boolean
}

/** Reads a CSV file with a header row of names and numbers below. */
export async function readTable(path: string, label: string | undefined): Promise<Table> {
  const records = parse(await readFile(path), { skip_empty_lines: true, trim: true, bom: true }) as string[][]
  const [header, ...rows] = records
  if (header === undefined || rows.length === 0) throw new UsageError(`${path} has no rows`)
  const at = label === undefined ? header.length - 1 : header.indexOf(label)
  if (at < 0) throw new UsageError(`${path} has no column ${JSON.stringify(label)}; it has ${header.join(', ')}`)
  const columns = header.filter((_, column) => column !== at)
  const features = new Float32Array(rows.length * columns.length)
  const answers = new Float64Array(rows.length)
  for (const [r, row] of rows.entries()) {
    let next = r * columns.length
    for (const [column, text] of row.entries()) {
      const value = Number(text)
      if (text === '' || !Number.isFinite(value)) {
        throw new UsageError(`${path}: row ${r + 2}, column ${JSON.stringify(header[column])} holds ${JSON.stringify(text)}, not a number`)
      }
      if (column === at) answers[r] = value
      else features[next++] = value
    }
  }
  return { features, columns, answers, rows: rows.length }
}

/** Scales, standardizes and splits a table; the test rows are the last ones, unseen by the standardization. */
export function split(table: Table, options: DataOptions): Split {
  const { rows } = table
  const inputs = table.columns.length
  const train = rows - Math.round(rows * options.test)
  if (train < 1) throw new UsageError('--test leaves no rows to train on')
  const features = table.features.map((value) => value / (options.scale ?? 1))
  if (options.standardize) standardize(features, inputs, train)
  const { answers, classes } = readAnswers(table.answers, options.regression ?? false)
  return {
    x: features.subarray(0, train * inputs),
    y: answers.subarray(0, train),
    ...(train < rows && { xTest: features.subarray(train * inputs), yTest: answers.subarray(train) }),
    inputs,
    classes,
  }
}

/** Standardizes every column in place by the mean and standard deviation of its first `train` rows. */
function standardize(features: Float32Array, inputs: number, train: number): void {
  for (let column = 0; column < inputs; column++) {
    let sum = 0
    for (let r = 0; r < train; r++) sum += features[r * inputs + column] as number
    const mean = sum / train
    let squares = 0
    for (let r = 0; r < train; r++) squares += ((features[r * inputs + column] as number) - mean) ** 2
    const deviation = Math.sqrt(squares / train) || 1
    for (let at = column; at < features.length; at += inputs) features[at] = ((features[at] as number) - mean) / deviation
  }
}

function readAnswers(values: Float64Array, regression: boolean): { answers: Int32Array | Float32Array; classes: number } {
  if (regression) return { answers: Float32Array.from(values), classes: 0 }
  const labels = Int32Array.from(values)
  const wrong = values.findIndex((value, r) => labels[r] !== value || value < 0)
  if (wrong >= 0) {
    throw new UsageError(`row ${wrong + 2} has the label ${values[wrong]}: labels are whole numbers from 0 (--regression learns numbers)`)
  }
  return { answers: labels, classes: Math.max(2, labels.reduce((most, label) => Math.max(most, label), 0) + 1) }
}
