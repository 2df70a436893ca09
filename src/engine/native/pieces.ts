import type { Piece } from '../tensor-files.js'
import { RECORD_WIDTH, writeRecord } from './job.js'

/** f64 values of a piece's row: element type, number of elements, position of its literal values or -1. */
const ROW = 3

const DTYPES = { F32: 0, F64: 1, F16: 2, BF16: 3 } as const

/** Pieces as the arrays that cross the binding; crates/node/src/pieces.rs reads them. */
export interface Packed {
  readonly records: Float64Array
  readonly rows: Float64Array
  readonly literals: Float64Array
  /** Upper bound on threads, the same for every piece of a file. */
  readonly bound: number
}

/**
 * Lays pieces out for a call with at most `threads` threads, unless their jobs say otherwise.
 *
 * @param made - the values of every literal piece, by the piece's number
 */
export function packed(
  pieces: readonly Piece[],
  made: readonly (Float64Array | undefined)[],
  threads: number,
): Packed {
  const records = new Float64Array(pieces.length * RECORD_WIDTH)
  const rows = new Float64Array(pieces.length * ROW)
  const values: Float64Array[] = []
  let literal = 0
  for (const [i, { job, dtype, elements }] of pieces.entries()) {
    const { law } = job
    rows.set([DTYPES[dtype], elements, law.kind === 'values' ? literal : -1], i * ROW)
    if (law.kind === 'values') {
      values.push(made[i] as Float64Array)
      literal += elements
    } else {
      writeRecord(records, i, job, law, threads)
    }
  }
  return { records, rows, literals: concatenated(values, literal), bound: pieces[0]?.job.threads ?? threads }
}

function concatenated(parts: readonly Float64Array[], length: number): Float64Array {
  const all = new Float64Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
