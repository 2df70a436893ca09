import { describeLaw } from '../initializers/describe.js'
import { integer } from '../validate.js'
import type { Plan } from './plan.js'
import { bytesOf, shardPath, split } from './shards.js'
import type { ResolvedPlannedTensor } from './tensor.js'

/** What a plan would do for one tensor. */
export interface PlanRow {
  name: string
  shape: readonly number[]
  dtype: string
  /** Class of the initializer. */
  initializer: string
  distribution: string
  fanIn?: number
  fanOut?: number
  /** Standard deviation of one value. */
  stddev: number
  /** Bytes of the values. */
  bytes: number
  /** The file that it would be in. */
  file: string
  /** The process that would write the file, of `shards`. */
  owner: number
}

/** How a plan would be written. */
export interface TableOptions {
  maxShardSize?: number | string | undefined
  /** Number of processes that share the writing. Default: 1. */
  shards?: number | undefined
}

/** Tells what `plan.write(path, ...)` would do, one row a tensor, without making a value. */
export function planTable(plan: Plan, path: string, options: TableOptions = {}): PlanRow[] {
  const limit = options.maxShardSize === undefined ? Infinity : bytesOf(options.maxShardSize, 'maxShardSize')
  const count = integer(options.shards ?? 1, 'shards', 1)
  const shards = split(plan.resolved(), limit)
  return shards.flatMap((tensors, i) => {
    const file = shardPath(path, i, shards.length)
    return tensors.map((tensor) => ({ ...rowOf(tensor), file, owner: i % count }))
  })
}

function rowOf(tensor: ResolvedPlannedTensor): Omit<PlanRow, 'file' | 'owner'> {
  const { name, shape, dtype, init, law, size, fans, byteLength } = tensor
  const { distribution, stddev } = describeLaw(law, size)
  return { name, shape, dtype, initializer: init.className, distribution, ...fans, stddev, bytes: byteLength }
}
