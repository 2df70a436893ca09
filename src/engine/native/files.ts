import type { FileTarget, Piece, TensorFiles } from '../files.js'
import type { Control } from '../engine.js'
import type { NativeEngine } from './index.js'
import { RECORD_WIDTH, writeRecord } from './job.js'
import { watched } from './watch.js'

/** f64 values of a piece's row: element type, number of elements, position of its literal values or -1. */
const ROW = 3

const DTYPES = { F32: 0, F64: 1, F16: 2, BF16: 3 } as const

/** Files written and compared by the addon, on threads of its own. */
export function nativeFiles(engine: NativeEngine): TensorFiles {
  const { addon, threads } = engine
  return {
    async write(
      { path, temporary, head }: FileTarget,
      pieces: readonly Piece[],
      control: Control,
    ): Promise<void> {
      const { records, rows, literals, bound } = packed(pieces, threads)
      await watched(addon, control, (token) =>
        addon.writeTensors(path, temporary, head, records, rows, literals, bound, token),
      )
    },
    verify(
      path: string,
      position: number,
      pieces: readonly Piece[],
      control: Control,
    ): Promise<Float64Array> {
      const { records, rows, literals, bound } = packed(pieces, threads)
      return watched(addon, control, (token) =>
        addon.verifyTensors(path, position, records, rows, literals, bound, token),
      )
    },
  }
}

interface Packed {
  readonly records: Float64Array
  readonly rows: Float64Array
  readonly literals: Float64Array
  /** Upper bound on threads, the same for every piece of a file. */
  readonly bound: number
}

/** Pieces as the arrays that cross the binding. */
function packed(pieces: readonly Piece[], threads: number): Packed {
  const records = new Float64Array(pieces.length * RECORD_WIDTH)
  const rows = new Float64Array(pieces.length * ROW)
  const values: Float64Array[] = []
  let literal = 0
  for (const [i, { job, dtype, elements }] of pieces.entries()) {
    const { law } = job
    rows.set([DTYPES[dtype], elements, law.kind === 'values' ? literal : -1], i * ROW)
    if (law.kind === 'values') {
      values.push(law.data.subarray(job.offset, job.offset + elements))
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
