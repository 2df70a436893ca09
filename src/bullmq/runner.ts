import { abortError } from '../errors.js'
import type { Json } from '../initializers/types.js'
import { batchId, type Batch, type JobControl, type Runner, type RunOptions } from '../runner/batch.js'
import { integer, oneOf, readOptions } from '../validate.js'
import { closeDesk, openDesk } from './desk.js'
import { checkQueue, QUEUE_OPTIONS, type QueuedJob, type QueueOptions } from './queue.js'
import { Run } from './run.js'
import { checkWork, openWorker, type QueueWorker, WORK_OPTIONS, type WorkOptions } from './worker.js'

/** Options of `bullmqRunner`. */
export interface BullmqRunnerOptions extends QueueOptions, WorkOptions {
  /**
   * `'produce'` (the default) leaves the jobs to processes that run `createWorker`. With `'share'` every process runs the
   * same program, and each takes jobs until all are done: nothing has to know the batch but the program itself, so jobs
   * may use data and functions that no queue can carry. The batch then has a queue of its own.
   */
  mode?: 'produce' | 'share' | undefined
  /** Times that a job is tried where the machine, not the job, is at fault; default 3. */
  attempts?: number | undefined
  /** Seconds that results whose run has gone, or that are shared, stay in Redis; default a day. */
  keepFor?: number | undefined
}

/**
 * Puts each job into a BullMQ queue and waits for the results.
 *
 * A job's id is the batch's hash and its number, so a run of the same batch, at the same time or after a crash, waits for
 * the same jobs instead of adding new ones; those that have failed are tried again.
 *
 * An aborted signal takes the waiting jobs out of the queue and stops those at work; in mode `'share'` those at work in this
 * process, for the others have runs of their own. A run of the same batch that goes on, in any mode, puts what it still
 * waits for into the queue again.
 *
 * @throws `ERR_INVALID_ARGUMENT`; its runs also `ERR_IO` where Redis cannot be reached
 */
export function bullmqRunner(options: BullmqRunnerOptions): Runner {
  const read = readOptions(options, [...QUEUE_OPTIONS, ...WORK_OPTIONS, 'mode', 'attempts', 'keepFor'])
  const { name, options: where } = checkQueue(read)
  const settings = checkWork(read)
  const sharing = oneOf(read['mode'] ?? 'produce', 'mode', ['produce', 'share']) === 'share'
  const attempts = integer(read['attempts'] ?? 3, 'attempts', 1)
  const age = integer(read['keepFor'] ?? 86_400, 'keepFor', 0)
  const keep = { removeOnComplete: { age }, removeOnFail: { age } }
  const jobOptions = { attempts, backoff: { type: 'exponential', delay: 500 }, ...keep }
  return {
    async run<Result extends Json>(batch: Batch<Result>, control: RunOptions = {}): Promise<Result[]> {
      if (control.signal?.aborted) throw abortError(control.signal)
      const queueing = { name: sharing ? `${name}-${batchId(batch)}` : name, options: where }
      const desk = await openDesk(queueing)
      const work = ({ index }: QueuedJob, watched: JobControl) => batch.run(index, watched)
      let worker: QueueWorker | undefined
      try {
        if (sharing) worker = openWorker(queueing, settings, work)
        return (await new Run(desk, batch, control, jobOptions).results(sharing)) as Result[]
      } finally {
        await worker?.close({ cancel: true })
        await closeDesk(desk)
      }
    },
  }
}
