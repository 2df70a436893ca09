import type { FillJob, Law } from '../law.js'

/**
 * The record that a job crosses the binding in: one row of f64, which crates/node/src/job.rs reads. One typed array
 * costs less to read than one object property, and a plan is records one after another.
 *
 * Fields: 0 kind; 1-4 seed and stream as 32-bit halves, low first; 5 offset; 6 threads; 7 half type (1 F16, 2 BF16);
 * from 8 on the law's parameters.
 */
export const RECORD_WIDTH = 20

const PARAMETERS = 8

const KINDS = {
  constant: 0,
  uniform: 1,
  normal: 2,
  truncated: 3,
  bernoulli: 4,
  integers: 5,
  diagonal: 6,
  orthogonal: 7,
  convOrthogonal: 8,
  sparse: 9,
  embedding: 10,
} as const

/** Laws that fit a record: literal values travel on their own. */
export type RecordLaw = Extract<Law, { kind: keyof typeof KINDS }>

/** Writes `job` at row `row` of `records`. */
export function writeRecord(
  records: Float64Array,
  row: number,
  job: FillJob,
  law: RecordLaw,
  threads: number,
): void {
  const at = row * RECORD_WIDTH
  const { k0, k1, s0, s1 } = job.stream
  records[at] = KINDS[law.kind]
  records[at + 1] = k0
  records[at + 2] = k1
  records[at + 3] = s0
  records[at + 4] = s1
  records[at + 5] = job.offset
  records[at + 6] = job.threads ?? threads
  records[at + 7] = job.half === 'BF16' ? 2 : job.half === 'F16' ? 1 : 0
  writeParameters(records, at + PARAMETERS, law)
}

function writeParameters(records: Float64Array, at: number, law: RecordLaw): void {
  switch (law.kind) {
    case 'constant':
      records[at] = law.value
      return
    case 'uniform':
    case 'integers':
      records[at] = law.low
      records[at + 1] = law.high
      return
    case 'normal':
      records[at] = law.mean
      records[at + 1] = law.stddev
      return
    case 'embedding':
      records[at] = law.mean
      records[at + 1] = law.stddev
      records[at + 2] = law.start
      records[at + 3] = law.end
      return
    case 'truncated':
      records[at] = law.mean
      records[at + 1] = law.stddev
      records[at + 2] = law.lower
      records[at + 3] = law.upper
      records[at + 4] = law.bounds === 'absolute' ? 1 : 0
      return
    case 'bernoulli':
      records[at] = law.p
      return
    default: {
      // Quicker than `set` for so few.
      const fields = structure(law)
      for (let i = 0; i < fields.length; i++) records[at + i] = fields[i] as number
    }
  }
}

function structure(
  law: Extract<RecordLaw, { kind: 'diagonal' | 'orthogonal' | 'convOrthogonal' | 'sparse' }>,
): number[] {
  switch (law.kind) {
    case 'diagonal':
      return [law.gain, law.start, law.stride, law.count, law.groups, law.groupStride]
    case 'orthogonal': {
      const { rows, columns, batch, gain, special, base, batchStride, rowStride, columnStride } = law
      return [rows, columns, batch, gain, special ? 1 : 0, base, batchStride, rowStride, columnStride]
    }
    case 'convOrthogonal': {
      const { kernel, inChannels, outChannels, gain, tapStride, inStride, outStride } = law
      return [...kernel, inChannels, outChannels, gain, tapStride, inStride, outStride]
    }
    case 'sparse':
      return [law.stddev, law.zeros, law.lines, law.length, law.lineStride, law.stride]
  }
}
