import { parse } from 'csv-parse/sync'
import { fromF16 } from '../math/half.js'
import { readBytes } from '../files/read-bytes.js'
import { readNpy } from '../index.js'
import { UsageError } from './exit.js'

/** Rows of a data file: features in C order, and one label or target a row. */
export interface Table {
  /** As the file has them: scaling and standardizing come before single precision. */
  readonly values: Float64Array
  readonly answers: Float64Array
  /** Names of the classes in order, where the file has names: the answers are their places. */
  readonly names?: readonly string[]
  /** Features of a row. */
  readonly inputs: number
}

/**
 * Reads a CSV file with a header row of names and numbers below, or a two-dimensional `.npy` file.
 *
 * @param label - column of the answers: its name, or its number from 0; the last one where it is not given
 * @param named - whether the first row of a CSV file are names (they are numbers from 0 otherwise); by default they are,
 * and numbers in their place are refused unless they count from 0, as pandas names columns without names
 */
export function readTable(
  path: string,
  label: string | undefined,
  named: boolean | undefined,
): Promise<Table> {
  if (!path.endsWith('.npy')) return readCsv(path, label, named)
  if (named === undefined) return readArray(path, label)
  throw new UsageError('--header and --no-header are of CSV files')
}

async function readCsv(path: string, label: string | undefined, named: boolean | undefined): Promise<Table> {
  const records = await readRecords(path)
  const hasNames = named ?? true
  const header = hasNames ? records.shift() : records[0]?.map((_, column) => String(column))
  const rows = records
  if (header === undefined || rows.length === 0) throw new UsageError(`${path} has no rows`)
  if (header.length < 2)
    throw new UsageError(`${path} has one column, ${JSON.stringify(header[0])}, no answers`)
  if (named === undefined && header.every(isNumber) && !header.every((name, i) => Number(name) === i))
    throw new UsageError(`${path} begins with numbers: say --header if they are names, --no-header if not`)
  const value = (row: number, column: number) => {
    const text = rows[row]?.[column] ?? ''
    if (isNumber(text)) return Number(text)
    const place = `row ${row + 1 + Number(hasNames)}, column ${JSON.stringify(header[column])}`
    throw new UsageError(`${path}: ${place} holds ${JSON.stringify(text)}, not a number`)
  }
  const at = columnOf(path, header, label)
  const names = namesOf(rows.map((row) => row[at] ?? ''))
  if (names.length === 0) return apart(rows.length, header.length, at, value)
  const places = new Map(names.map((name, place) => [name, place]))
  const answered = (row: number, column: number) =>
    column === at ? (places.get(rows[row]?.[at] ?? '') as number) : value(row, column)
  return { ...apart(rows.length, header.length, at, answered), names }
}

/** Characters that keep columns apart, the likeliest first. */
const DELIMITERS = [',', ';', '\t', '|']

/** The fields of a file; what is most frequent in the first line with text keeps them apart. */
async function readRecords(path: string): Promise<string[][]> {
  const bytes = await readBytes(path)
  const [line = ''] = /\S.*/.exec(new TextDecoder().decode(bytes.subarray(0, FIRST))) ?? []
  const bare = line.replaceAll(/"[^"]*"/g, '')
  const counts = DELIMITERS.map((character) => bare.split(character).length)
  const delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))] as string
  try {
    return parse(bytes, { delimiter, skip_empty_lines: true, trim: true, bom: true }) as string[][]
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`)
  }
}

/** Bytes that the first line lies in. */
const FIRST = 1 << 20

function isNumber(text: string): boolean {
  return text !== '' && Number.isFinite(Number(text))
}

/** The different texts of a column that holds names, sorted; none where every text is a number or one is missing. */
function namesOf(texts: readonly string[]): string[] {
  if (texts.includes('') || texts.every((text) => Number.isFinite(Number(text)))) return []
  return [...new Set(texts)].sort()
}

async function readArray(path: string, label: string | undefined): Promise<Table> {
  const { shape, data, dtype } = await readNpy(path)
  const [rows = 0, columns = 0] = shape
  if (shape.length !== 2 || rows === 0 || columns < 2) {
    throw new UsageError(
      `${path} must have rows and at least two columns, its shape is [${shape.join(', ')}]`,
    )
  }
  const numbers = Array.from({ length: columns }, (_, column) => String(column))
  return apart(rows, columns, columnOf(path, numbers, label), (row, column) => {
    const bits = Number(data[row * columns + column])
    const number = dtype === 'F16' ? fromF16(bits) : bits
    if (Number.isFinite(number)) return number
    throw new UsageError(`${path}: row ${row}, column ${column} holds ${number}, not a number`)
  })
}

/** A column by its name, or by its number where no column has that name. */
function columnOf(path: string, names: readonly string[], label: string | undefined): number {
  if (label === undefined) return names.length - 1
  const found = names.indexOf(label)
  if (found >= 0) return found
  const number = Number(label)
  if (label !== '' && Number.isInteger(number) && number >= 0 && number < names.length) return number
  throw new UsageError(`${path} has no column ${JSON.stringify(label)}; it has ${names.join(', ')}`)
}

/** Takes the answers' column out of the features. */
function apart(
  rows: number,
  columns: number,
  at: number,
  value: (row: number, column: number) => number,
): Table {
  const inputs = columns - 1
  const values = new Float64Array(rows * inputs)
  const answers = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    let next = row * inputs
    for (let column = 0; column < columns; column++) {
      if (column === at) answers[row] = value(row, column)
      else values[next++] = value(row, column)
    }
  }
  return { values, answers, inputs }
}
