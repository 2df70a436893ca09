import type { Dtype } from '../engine/law.js'
import type { ResolvedTensor } from '../initializers/catalogue-initializer.js'
import type { Layout } from '../initializers/layouts.js'
import { resolveTensor as resolve } from '../initializers/resolve.js'
import type { Initializer } from '../initializers/types.js'
import { sizeOf } from '../validate.js'

/** Bytes of one element. */
export const DTYPE_BYTES = { F32: 4, F64: 8, F16: 2, BF16: 2 } as const

/** A tensor of a plan, with everything settled that decides its values. */
export interface PlannedTensor {
  /** Also the path of its stream. */
  readonly name: string
  readonly shape: readonly number[]
  readonly dtype: Dtype
  readonly init: Initializer
  /** The tensor's or its rule's, where one of them says it. */
  readonly layout?: Layout | undefined
  /** Number of values. */
  readonly size: number
  /** Bytes of the values. */
  readonly byteLength: number
}

/** A tensor and its law. */
export interface ResolvedPlannedTensor extends PlannedTensor, ResolvedTensor {}

/** What a plan gives all of its tensors. */
export interface PlanContext {
  readonly seed: bigint
  readonly layout?: Layout | undefined
}

/**
 * Settles a tensor's law.
 *
 * @throws what the initializer refuses: its shape, layout or element type
 */
export function resolveTensor(
  tensor: Omit<PlannedTensor, 'size' | 'byteLength'>,
  { seed, layout: defaultLayout }: PlanContext,
): ResolvedPlannedTensor {
  const { name, shape, dtype, init, layout } = tensor
  const size = sizeOf(shape)
  const context = { path: name, seed, layout, defaultLayout, dtype }
  const byteLength = size * DTYPE_BYTES[dtype]
  return Object.freeze({ ...tensor, size, byteLength, ...resolve(init, shape, context) })
}
