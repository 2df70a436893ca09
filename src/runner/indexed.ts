import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { destinationOf, replaceFile } from '../files/replace.js'
import { ioError, raiseIo } from '../files/io-error.js'
import { badFile, typeError, wrongType } from '../errors.js'
import type { Json } from '../initializers/types.js'
import { integer, readOptions } from '../validate.js'
import { decodeResult, encodeResult } from '../json-text.js'
import { batchId, type Batch, type Runner, type RunOptions } from './batch.js'
import { runSome } from './local.js'
import { shareOfEnvironment, type Share } from './share.js'

/** Options of `indexedRunner`. */
export interface IndexedOptions {
  /** Folder that all processes share, where each job leaves its result. It is made where it is missing. */
  results: string
  /** This process's number, from 0; default: what Kubernetes, SLURM or AWS Batch say in the environment. */
  index?: number | undefined
  /** Number of processes; default: as `index`. */
  count?: number | undefined
  /** Jobs at once in this process; default 1. */
  parallel?: number | undefined
}

/**
 * Runs the jobs whose number modulo `count` is `index`: one process of a Kubernetes Indexed Job, a SLURM array or an AWS
 * Batch array, with no coordinator. Results are JSON files in a shared folder, named by the batch's hash and the job's
 * number, so a process that is started again does only what is missing, and whoever ends last sees them all.
 *
 * @throws `ERR_INVALID_ARGUMENT` where the process's number is neither given nor in the environment
 */
export function indexedRunner(options: IndexedOptions): Runner {
  const {
    results,
    index,
    count,
    parallel = 1,
  } = readOptions(options, ['results', 'index', 'count', 'parallel'])
  if (typeof results !== 'string' || results === '') {
    throw wrongType('results', "a folder's path", results)
  }
  const width = integer(parallel, 'parallel', 1)
  const own = shareOf(index, count)
  return {
    async run<Result extends Json>(
      batch: Batch<Result>,
      control: RunOptions = {},
    ): Promise<(Result | undefined)[]> {
      const id = batchId(batch)
      const paths = batch.items.map((_, job) => join(results, `${id}-${job}.json`))
      await mkdir(results, { recursive: true }).catch(raiseIo(`cannot make the folder ${results}`))
      const mine = batch.items.map((_, job) => job).filter((job) => job % own.count === own.index)
      await runSome(mine, width, control, async (job, signal) => {
        const path = paths[job] as string
        if (batch.leavesFiles || (await readResult(path)) === undefined)
          await writeResult(path, await batch.run(job, { signal }))
      })
      const found: (Json | undefined)[] = []
      // One after another: all at once would need as many open files.
      for (const path of paths) found.push(await readResult(path))
      return found as (Result | undefined)[]
    },
  }
}

function shareOf(index: unknown, count: unknown): Share {
  const total = count === undefined ? undefined : integer(count, 'count', 1)
  if (index !== undefined && total !== undefined)
    return { index: integer(index, 'index', 0, total - 1), count: total }
  const share = index === undefined ? shareOfEnvironment(process.env, total) : undefined
  if (share !== undefined) return share
  const missing = 'no batch system has set them in the environment'
  throw typeError('ERR_INVALID_ARGUMENT', `index and count must both be given: ${missing}`)
}

async function readResult(path: string): Promise<Json | undefined> {
  try {
    return decodeResult(await readFile(path, 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    if (error instanceof SyntaxError) throw badFile(path, error.message, error)
    throw ioError(`cannot read ${path}`, error)
  }
}

async function writeResult(path: string, result: Json): Promise<void> {
  const text = Buffer.from(encodeResult(result))
  await replaceFile(await destinationOf(path), undefined, (write) => write(text))
}
