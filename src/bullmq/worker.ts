import { QueueEvents, Worker, type Job } from 'bullmq'
import { show, typeError } from '../errors.js'
import type { Json } from '../initializers/types.js'
import type { JobControl } from '../runner/batch.js'
import { integer, readOptions, readRecord } from '../validate.js'
import { CANCEL, checkQueue, packError, QUEUE_OPTIONS, type QueuedJob, type QueueOptions } from './queue.js'

/** Does one job: a pure function of what the batch's jobs share and of the job's own item. */
export type JobHandler = (shared: Json, item: Json, control: JobControl) => Promise<Json>

/** Options of `createWorker`. */
export interface WorkerOptions extends QueueOptions {
  /** Jobs at once in this process; default 1, for a job uses every core by itself. */
  concurrency?: number | undefined
  /** Milliseconds for which a worker that gives no sign of life keeps its jobs; default 30 000. */
  lockDuration?: number | undefined
  /** Milliseconds between two searches for jobs of dead workers; default 30 000. */
  stalledInterval?: number | undefined
  /** Code for kinds of jobs of your own, by their names. */
  handlers?: Readonly<Record<string, JobHandler>> | undefined
}

/** A process's hand in the queue. */
export interface QueueWorker {
  /** Settles when the worker takes jobs. */
  readonly ready: Promise<void>
  /** Ends the jobs at work, or with `cancel` stops them, and closes the connections. */
  close(options?: { cancel?: boolean }): Promise<void>
}

/** A job may lose its worker this often; the limit keeps one that kills its workers from going round for ever. */
const MAX_STALLED = 10

/**
 * Takes jobs from the queue that `bullmqRunner` fills, until it is closed. Start one in each of as many processes as you
 * like; when one dies, its job goes to another after `lockDuration`, with the same result.
 *
 * @throws `ERR_INVALID_ARGUMENT`
 */
export function createWorker(options: WorkerOptions): QueueWorker {
  const names = ['concurrency', 'lockDuration', 'stalledInterval', 'handlers']
  const read = readOptions(options, [...QUEUE_OPTIONS, ...names])
  const { name, options: where } = checkQueue(read)
  const handlers = checkHandlers(read['handlers'] ?? {})
  const settings = {
    concurrency: integer(read['concurrency'] ?? 1, 'concurrency', 1),
    lockDuration: integer(read['lockDuration'] ?? 30_000, 'lockDuration', 1),
    stalledInterval: integer(read['stalledInterval'] ?? 30_000, 'stalledInterval', 1),
    maxStalledCount: MAX_STALLED,
  }
  const active = new Map<string, string>()
  // BullMQ passes the signal on to functions of three parameters alone.
  const work = async (job: Job<QueuedJob, Json>, _token?: string, signal?: AbortSignal): Promise<Json> => {
    const id = job.id as string
    active.set(id, job.data.batch)
    try {
      return await handle(handlers, job, signal)
    } catch (error) {
      throw packError(error)
    } finally {
      active.delete(id)
    }
  }
  const worker = new Worker<QueuedJob, Json>(name, work, { ...where, ...settings })
  const events = new QueueEvents(name, where)
  // BullMQ connects again by itself.
  worker.on('error', () => undefined)
  events.on('error', () => undefined)
  events.on(CANCEL as 'waiting', (call: object) => {
    const { batch } = call as { batch: string }
    for (const [id, owner] of active) if (owner === batch) worker.cancelJob(id, 'cancelled')
  })
  return {
    ready: Promise.all([worker.waitUntilReady(), events.waitUntilReady()]).then(() => undefined),
    async close({ cancel = false } = {}) {
      if (cancel) worker.cancelAllJobs('the worker closes')
      await Promise.all([worker.close(), events.close()])
    },
  }
}

function checkHandlers(value: unknown): Map<string, JobHandler> {
  const own = Object.entries(readRecord(value, 'handlers'))
  for (const [kind, handler] of own) {
    if (typeof handler === 'function') continue
    throw typeError('ERR_INVALID_ARGUMENT', `handlers.${kind} must be a function, got ${show(handler)}`)
  }
  return new Map(own as [string, JobHandler][])
}

async function handle(
  handlers: ReadonlyMap<string, JobHandler>,
  job: Job<QueuedJob, Json>,
  signal: AbortSignal | undefined,
): Promise<Json> {
  const { kind, shared, item } = job.data
  const handler = handlers.get(kind)
  if (handler === undefined) {
    const known = [...handlers.keys()].join(', ')
    throw typeError(
      'ERR_INVALID_ARGUMENT',
      `this worker has no handler for jobs of kind ${show(kind)}: it has ${known}`,
    )
  }
  return handler(shared, item, {
    signal,
    onProgress: (progress) => void job.updateProgress(progress).catch(() => undefined),
  })
}
