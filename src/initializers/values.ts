/** Literal values for initializers that are computed here, once for both engines. */
import { finished } from '../async/steps.js'
import type { Law, ValuesLaw } from '../engine/law.js'
import type { StreamKey } from '../math/stream.js'
import { rangeError, wrongShape } from '../errors.js'
import { fillNow } from '../random/fill.js'
import { allocate } from '../validate.js'
import { axisRoles, stridesOf } from './axes.js'
import type { Target } from './definition.js'

type Steps = Iterable<number> | void

/**
 * The law of values that are computed here as one piece.
 *
 * @param work - writes what isn't zero; not asked for empty tensors. May yield 0 between parts that take a while.
 */
export function computed(target: Target, work: (data: Float64Array, stream: StreamKey) => Steps): ValuesLaw {
  return {
    kind: 'values',
    whole: true,
    *make(offset, length) {
      if (length === 0) return zeros(0)
      const data = zeros(target.size)
      // Only the laws of random initializers read the stream, and they are never made without.
      yield* work(data, target.stream as StreamKey) ?? []
      const range = data.subarray(offset, offset + length)
      for (let start = 0; start < length; start += PART) {
        finite(range.subarray(start, start + PART), target)
        yield 0
      }
      return range
    },
  }
}

/** Elements made between two breaks. */
const PART = 1 << 14

/**
 * The law of values that are computed here, any range of them alone.
 *
 * @param fill - writes what isn't zero of the range that starts at `offset`
 */
export function ranged(
  target: Target,
  fill: (range: Float64Array, offset: number, stream: StreamKey) => void,
): ValuesLaw {
  return {
    kind: 'values',
    whole: false,
    *make(offset, length) {
      const data = zeros(length)
      for (let start = 0; start < length; start += PART) {
        const part = data.subarray(start, start + PART)
        fill(part, offset + start, target.stream as StreamKey)
        finite(part, target)
        yield 0
      }
      return data
    },
  }
}

/** The law of values that each follow from their place alone. */
export function each(target: Target, valueAt: (element: number) => number): ValuesLaw {
  return ranged(target, (range, offset) => {
    for (let i = 0; i < range.length; i++) range[i] = valueAt(offset + i)
  })
}

function zeros(length: number): Float64Array {
  return allocate(`${length} values`, () => new Float64Array(length))
}

/** Refuses what no weight can be. */
function finite(data: Float64Array, { dtype }: Target): Float64Array {
  const wrong = data.find((value) => !Number.isFinite(dtype === 'F64' ? value : Math.fround(value)))
  if (wrong === undefined) return data
  throw rangeError(
    'ERR_INVALID_ARGUMENT',
    `the values must be finite as ${dtype}: these parameters make ${wrong}`,
  )
}

/** `length` values of a law on a stream from element `offset` on, in single precision. */
export function* drawnSteps(
  law: Law,
  stream: StreamKey,
  length: number,
  offset = 0,
): Generator<number, Float32Array> {
  const values = allocate(`${length} values`, () => new Float32Array(length))
  for (let start = 0; start < length; start += DRAWN) {
    const view = values.subarray(start, start + DRAWN)
    fillNow({ law, stream, offset: offset + start, view, dtype: 'F32' })
    yield 0
  }
  return values
}

/** As `drawnSteps`, at once. */
export function drawn(law: Law, stream: StreamKey, length: number, offset = 0): Float32Array {
  return finished(drawnSteps(law, stream, length, offset))
}

/** Elements drawn between two breaks. */
const DRAWN = 1 << 18

/** A matrix by its input and output axis: entry (i, o) is element `i * inStride + o * outStride`. */
export interface MatrixAxes {
  readonly inputs: number
  readonly outputs: number
  readonly inStride: number
  readonly outStride: number
}

/**
 * The axes of a tensor of rank 2.
 *
 * @throws `ERR_INVALID_SHAPE`
 */
export function matrixAxes(target: Target): MatrixAxes {
  target.requireRank(2, 2)
  const { inAxes, outAxes } = axisRoles(target.shape, target.layout)
  const [inAxis, outAxis] = [inAxes[0], outAxes[0]]
  if (inAxis === undefined || outAxis === undefined)
    throw wrongShape('have an input and an output axis in its layout', target.shape)
  const strides = stridesOf(target.shape)
  return {
    inputs: target.shape[inAxis] as number,
    outputs: target.shape[outAxis] as number,
    inStride: strides[inAxis] as number,
    outStride: strides[outAxis] as number,
  }
}

/** Input and output of an element of a matrix. */
export function entryOf(
  { inputs, outputs, inStride, outStride }: MatrixAxes,
  element: number,
): [i: number, o: number] {
  return [Math.floor(element / inStride) % inputs, Math.floor(element / outStride) % outputs]
}
