import { parse } from 'csv-parse/sync'
import { fromF16 } from '../engine/js/half.js'
import { readBytes } from '../engine/read-bytes.js'
import { readNpy } from '../index.js'
import { UsageError } from './exit.js'

/** Rows of a data file: features in C order, and one label or target a row. */
export interface Table {
  readonly values: Float32Array
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
 */
export function readTable(path: string, label: string | undefined): Promise<Table> {
  return path.endsWith('.npy') ? readArray(path, label) : readCsv(path, label)
}

async function readCsv(path: string, label: string | undefined): Promise<Table> {
  const records = parse(await readBytes(path), {
    skip_empty_lines: true,
    trim: true,
    bom: true,
  }) as string[][]
  const [header, ...rows] = records
  if (header === undefined || rows.length === 0) throw new UsageError(`${path} has no rows`)
  const value = (row: number, column: number) => {
    const text = rows[row]?.[column] ?? ''
    const number = Number(text)
    if (text !== '' && Number.isFinite(number)) return number
    const place = `row ${row + 2}, column ${JSON.stringify(header[column])}`
    throw new UsageError(`${path}: ${place} holds ${JSON.stringify(text)}, not a number`)
  }
  const at = columnOf(path, header, label)
  const names = namesOf(rows.map((row) => row[at] ?? ''))
  if (names.length === 0) return apart(rows.length, header.length, at, value)
  const places = new Map(names.map((name, place) => [name, place]))
  const named = (row: number, column: number) =>
    column === at ? (places.get(rows[row]?.[at] ?? '') as number) : value(row, column)
  return { ...apart(rows.length, header.length, at, named), names }
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
  const values = new Float32Array(rows * inputs)
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
