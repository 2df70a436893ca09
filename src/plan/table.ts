import { wrongType } from '../errors.js'
import { integer, pathOf, readOptions } from '../validate.js'
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

/** Tells what `plan.write(path, ...)` would do, one row a tensor; values are made only where nothing else tells their spread. */
export function planTable(plan: Plan, path: string, options?: TableOptions): PlanRow[] {
  if (typeof (plan as Partial<Plan> | undefined)?.resolved !== 'function')
    throw wrongType('plan', 'what plan() makes', plan)
  const name = pathOf(path)
  const { maxShardSize, shards: processes = 1 } = readOptions(options, ['maxShardSize', 'shards'])
  const limit = maxShardSize === undefined ? Infinity : bytesOf(maxShardSize, 'maxShardSize')
  const count = integer(processes, 'shards', 1)
  const shards = split(plan.resolved(), limit)
  return shards.flatMap((tensors, i) => {
    const file = shardPath(name, i, shards.length)
    return tensors.map((tensor) => ({ ...rowOf(tensor), file, owner: i % count }))
  })
}

function rowOf(tensor: ResolvedPlannedTensor): Omit<PlanRow, 'file' | 'owner'> {
  const { name, shape, dtype, init, fans, byteLength } = tensor
  const { distribution, stddev } = tensor.describe()
  return { name, shape, dtype, initializer: init.className, distribution, ...fans, stddev, bytes: byteLength }
}
