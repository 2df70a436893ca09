import { permutation } from '../index.js'
import { UsageError } from './exit.js'
import { readTable } from './table.js'

/** Training and test rows, ready for a network. */
export interface Split {
  /** As `restarts` takes them; `xTest` and `yTest` where there are test rows. */
  readonly rows: { x: Float32Array; y: Answers; xTest?: Float32Array; yTest?: Answers }
  readonly inputs: number
  /** Number of classes; 0 for regression. */
  readonly classes: number
  /** How features and labels were made, for who uses the network on other rows. */
  readonly made: Made
}

interface Made {
  /** What features were divided by, first. */
  readonly scale?: number
  /** What was subtracted from each then, and what it was divided by. */
  readonly mean?: readonly number[]
  readonly deviation?: readonly number[]
  /** Names of the classes. */
  readonly classes?: readonly string[]
}

type Answers = Int32Array | Float32Array

/** How a file becomes training and test rows. */
export interface DataOptions {
  /** Whether the first row of a CSV file are names. */
  header?: boolean
  /** Column of the answers: a name, or a number from 0; the last one where it is not given. */
  label?: string
  /** Divide every feature by this. */
  scale?: number
  /** Subtract the training rows' mean and divide by their standard deviation, by column. */
  standardize?: boolean
  /** Put the rows into a random order, always the same, before the split: files are often sorted by their answers. */
  shuffleRows: boolean
  /** Share of the rows, from the end, to test on. */
  test: number
  /** Learn numbers instead of classes. */
  regression?: boolean
}

/**
 * Reads, scales, standardizes and splits a file; the test rows are the last ones, unseen by the standardization.
 *
 * @throws {@link UsageError} naming the row and column that cannot be used
 */
export async function readSplit(path: string, options: DataOptions): Promise<Split> {
  const { values, answers, inputs, names } = await readTable(path, options.label, options.header)
  if (names && options.regression) throw new UsageError(`--regression needs numbers, got ${names[0]}`)
  const rows = answers.length
  const train = rows - Math.round(rows * options.test)
  if (!(options.test >= 0) || train < 1 || train > rows) {
    throw new UsageError(
      `--test must be a share from 0 that leaves rows to train on, got ${options.test} of ${rows} rows`,
    )
  }
  const order = options.shuffleRows
    ? permutation(rows, { seed: 0, path: 'rows' })
    : Uint32Array.from(answers.keys())
  const ordered = new Float64Array(values.length)
  order.forEach((from, to) => ordered.set(values.subarray(from * inputs, (from + 1) * inputs), to * inputs))
  if (options.scale !== undefined) scale(ordered, options.scale)
  const moments = options.standardize && standardize(ordered, inputs, train)
  const x = Float32Array.from(ordered)
  const { y, classes } = readAnswers(
    Float64Array.from(order, (row) => answers[row] as number),
    options.regression ?? false,
  )
  const test = train < rows && { xTest: x.subarray(train * inputs), yTest: y.subarray(train) }
  const rowsOf = { x: x.subarray(0, train * inputs), y: y.subarray(0, train), ...test }
  const made = {
    ...(options.scale !== undefined && { scale: options.scale }),
    ...moments,
    ...(names && { classes: names }),
  }
  return { rows: rowsOf, inputs, classes, made }
}

function scale(x: Float64Array, divisor: number): void {
  if (divisor === 0) throw new UsageError('--scale must not be 0')
  for (let i = 0; i < x.length; i++) x[i] = (x[i] as number) / divisor
}

/** Standardizes every column in place by the mean and standard deviation of its first `train` rows. */
function standardize(
  x: Float64Array,
  inputs: number,
  train: number,
): { mean: number[]; deviation: number[] } {
  const moments = { mean: [] as number[], deviation: [] as number[] }
  for (let column = 0; column < inputs; column++) {
    let sum = 0
    for (let r = 0; r < train; r++) sum += x[r * inputs + column] as number
    const mean = sum / train
    let squares = 0
    for (let r = 0; r < train; r++) squares += ((x[r * inputs + column] as number) - mean) ** 2
    const deviation = Math.sqrt(squares / train) || 1
    for (let i = column; i < x.length; i += inputs) x[i] = ((x[i] as number) - mean) / deviation
    moments.mean.push(mean)
    moments.deviation.push(deviation)
  }
  return moments
}

function readAnswers(values: Float64Array, regression: boolean): { y: Answers; classes: number } {
  if (regression) return { y: Float32Array.from(values), classes: 0 }
  const y = Int32Array.from(values)
  const wrong = values.find((value, row) => y[row] !== value || value < 0)
  if (wrong !== undefined) {
    throw new UsageError(`labels must be whole numbers from 0, got ${wrong} (--regression learns numbers)`)
  }
  const largest = y.reduce((most, label) => Math.max(most, label), 0)
  return { y, classes: Math.max(2, largest + 1) }
}
