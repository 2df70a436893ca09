import { type Dtype, halfOf } from '../engine/law.js'
import { plainError, rangeError, show, typeError, wrongType } from '../errors.js'
import { givenOutput, type FloatArray } from '../random/output.js'
import { arrayKind, isOf } from '../realm.js'
import { allocate } from '../validate.js'
import type { PlannedTensor } from './tensor.js'

/** The array that shows a tensor of a plan; F16 and BF16 as their bit patterns. */
export type PlanArray = Float32Array | Float64Array | Uint16Array

/** Tensors start at multiples of this many bytes: a cache line, and more than any element's own alignment. */
const ALIGNMENT = 64

/**
 * Views of one new buffer, one a tensor.
 *
 * @throws `ERR_OUT_OF_MEMORY`
 */
export function slabOf(tensors: readonly PlannedTensor[]): Map<string, PlanArray> {
  let length = 0
  const starts = tensors.map(({ byteLength }) => {
    const start = length
    length = Math.ceil((start + byteLength) / ALIGNMENT) * ALIGNMENT
    return start
  })
  const buffer = allocate(`the ${length} bytes of ${tensors.length} tensors`, () => new ArrayBuffer(length))
  return new Map(
    tensors.map(({ name, dtype, size }, i) => [name, viewOf(dtype, buffer, starts[i] as number, size)]),
  )
}

function viewOf(dtype: Dtype, buffer: ArrayBuffer, start: number, size: number): PlanArray {
  if (dtype === 'F32') return new Float32Array(buffer, start, size)
  return dtype === 'F64' ? new Float64Array(buffer, start, size) : new Uint16Array(buffer, start, size)
}

/**
 * Checks the caller's arrays against the plan: one for each tensor, of its type and length, none overlapping another.
 *
 * @returns the memory of each tensor, in the plan's order
 * @throws `ERR_INVALID_ARGUMENT`, `ERR_LENGTH_MISMATCH`, `ERR_OVERLAPPING_VIEWS`
 */
export function checkArrays(tensors: readonly PlannedTensor[], arrays: unknown): PlanArray[] {
  if (!isOf(arrays, 'Map')) {
    throw wrongType('arrays', 'a Map from tensor names to typed arrays', arrays)
  }
  const given = new Map(arrays as Map<unknown, unknown>)
  const views = tensors.map((tensor) => checkArray(tensor, given))
  const names = new Set<unknown>(tensors.map(({ name }) => name))
  const unknown = [...given.keys()].filter((name) => !names.has(name))
  if (unknown.length > 0) {
    throw rangeError(
      'ERR_INVALID_ARGUMENT',
      `arrays has ${unknown.map(show).join(', ')}, which the plan hasn't`,
    )
  }
  refuseOverlaps(tensors, views)
  return views
}

function checkArray({ name, size, dtype }: PlannedTensor, arrays: ReadonlyMap<unknown, unknown>): PlanArray {
  if (!arrays.has(name)) throw rangeError('ERR_INVALID_ARGUMENT', `arrays has no ${show(name)}`)
  const array = arrays.get(name)
  const bits = arrayKind(array) === 'Uint16Array' && halfOf(dtype) !== undefined
  const output = givenOutput(array as FloatArray, bits ? dtype : undefined)
  if (output.dtype !== dtype) {
    throw typeError(
      'ERR_INVALID_ARGUMENT',
      `the array of ${show(name)} must hold ${dtype}, got ${show(array)}`,
    )
  }
  if (output.view.length !== size) {
    const message = `the array of ${show(name)} must have ${size} values, got ${output.view.length}`
    throw rangeError('ERR_LENGTH_MISMATCH', message)
  }
  return output.view
}

function refuseOverlaps(tensors: readonly PlannedTensor[], views: readonly PlanArray[]): void {
  const buffers = new Map<ArrayBufferLike, { start: number; end: number; name: string }[]>()
  for (const [i, { buffer, byteOffset, byteLength }] of views.entries()) {
    if (byteLength === 0) continue
    const ranges = buffers.get(buffer) ?? []
    ranges.push({ start: byteOffset, end: byteOffset + byteLength, name: (tensors[i] as PlannedTensor).name })
    buffers.set(buffer, ranges)
  }
  for (const ranges of buffers.values()) {
    ranges.sort((a, b) => a.start - b.start)
    for (const [i, range] of ranges.entries()) {
      const before = ranges[i - 1]
      if (before === undefined || before.end <= range.start) continue
      const message = `the arrays of ${show(before.name)} and ${show(range.name)} overlap`
      throw plainError('ERR_OVERLAPPING_VIEWS', message)
    }
  }
}
