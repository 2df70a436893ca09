import { rangeError, wrongType } from '../errors.js'
import { readRecord } from '../validate.js'

/** One process's part of work that is dealt out by number: jobs `i` with `i % count === index`. */
export interface Share {
  readonly index: number
  readonly count: number
}

/** Variables by which a batch system tells a process its number and the number of processes. */
interface System {
  readonly index: string
  readonly count: string
  /** Number of the first process, where that need not be 0. */
  readonly first?: string
  /** Distance between the numbers of two processes, where that need not be 1. */
  readonly step?: string
}

const SYSTEMS: readonly System[] = [
  // Kubernetes itself sets the index alone: the manifest passes `completions` on under this name.
  { index: 'JOB_COMPLETION_INDEX', count: 'JOB_COMPLETIONS' },
  {
    index: 'SLURM_ARRAY_TASK_ID',
    count: 'SLURM_ARRAY_TASK_COUNT',
    first: 'SLURM_ARRAY_TASK_MIN',
    step: 'SLURM_ARRAY_TASK_STEP',
  },
  { index: 'AWS_BATCH_JOB_ARRAY_INDEX', count: 'AWS_BATCH_JOB_ARRAY_SIZE' },
]

/**
 * The share that a batch system gave this process: one pod of a Kubernetes Indexed Job, one task of a SLURM array, one
 * child of an AWS Batch array job.
 *
 * @param env - the process's environment
 * @param count - the number of processes, where the environment does not tell it
 * @returns undefined where no batch system has started this process
 * @throws `ERR_INVALID_ARGUMENT` where the variables do not make a share
 */
export function shareOfEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  count?: number,
): Share | undefined {
  readRecord(env, 'env')
  const system = SYSTEMS.find(({ index }) => env[index] !== undefined)
  if (system === undefined) return undefined
  const index = whole(env, system.index)
  const first = system.first !== undefined && env[system.first] !== undefined ? whole(env, system.first) : 0
  const step = system.step !== undefined && env[system.step] !== undefined ? whole(env, system.step) : 1
  const share = { index: (index - first) / step, count: count ?? whole(env, system.count) }
  if (Number.isSafeInteger(share.index) && share.index >= 0 && share.index < share.count) return share
  const range = `${first} to ${first + step * (share.count - 1)}`
  throw rangeError(
    'ERR_INVALID_ARGUMENT',
    `${system.index} must be from ${range} in steps of ${step}, got ${index}`,
  )
}

function whole(env: Readonly<Record<string, string | undefined>>, name: string): number {
  const text = env[name]
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text)
  throw wrongType(name, 'a whole number in the environment', text)
}
