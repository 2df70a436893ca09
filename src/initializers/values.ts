/** Literal values for initializers that are computed here, once for both engines. */
import type { Law, StreamKey, ValuesLaw } from '../engine/law.js'
import { wrongShape } from '../errors.js'
import { fillNow } from '../random/fill.js'
import { allocate } from '../validate.js'
import { axisRoles, stridesOf } from './axes.js'
import type { Target } from './definition.js'

/**
 * The law of values that are computed here, when they are needed.
 *
 * @param work - writes what isn't zero; not asked for empty tensors. May yield 0 between parts that take a while.
 */
export function computed(
  { size, stream }: Target,
  work: (data: Float64Array, stream: StreamKey) => Iterable<number> | void,
): ValuesLaw {
  return {
    kind: 'values',
    *make() {
      const data = allocate(`${size} values`, () => new Float64Array(size))
      // Only the laws of random initializers read the stream, and they are never made without.
      if (size > 0) yield* work(data, stream as StreamKey) ?? []
      return data
    },
  }
}

/** The first `length` values of a law on a stream, in single precision. */
export function drawn(law: Law, stream: StreamKey, length: number, offset = 0): Float32Array {
  const view = allocate(`${length} values`, () => new Float32Array(length))
  fillNow({ law, stream, offset, view, dtype: 'F32' })
  return view
}

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
