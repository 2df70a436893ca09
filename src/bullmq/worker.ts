import { Job, QueueEvents, Worker } from 'bullmq'
import { show, typeError, wrongType } from '../errors.js'
import type { Json } from '../initializers/types.js'
import type { JobControl } from '../runner/batch.js'
import { SHARDS, shardHandler } from '../runner/shards.js'
import { integer, readOptions, readRecord } from '../validate.js'
import { closing, readiness } from './readiness.js'
import { CANCEL, checkQueue, QUEUE_OPTIONS } from './queue.js'
import type { QueuedJob, Queueing, QueueOptions } from './queue.js'
import { type Handle, Workbench } from './workbench.js'

/** Does one job: a pure function of what the batch's jobs share and of the job's own item. */
export type JobHandler = (shared: Json, item: Json, control: JobControl) => Promise<Json>

/** How a process works on a queue. */
export interface WorkOptions {
  /** Jobs at once in this process; default 1, for a job uses every core by itself. */
  concurrency?: number | undefined
  /** Milliseconds for which a worker that gives no sign of life keeps its jobs; default 30 000. */
  lockDuration?: number | undefined
  /** Milliseconds between two searches for jobs of dead workers; default 30 000. */
  stalledInterval?: number | undefined
}

/** Options of `createWorker`. */
export interface WorkerOptions extends QueueOptions, WorkOptions {
  /** Code for kinds of jobs of your own, by their names; `writeShards`' is built in. */
  handlers?: Readonly<Record<string, JobHandler>> | undefined
}

/** A process's hand in the queue. */
export interface QueueWorker {
  /**
   * Settles when the worker takes jobs. Rejected with `ERR_IO` where Redis could not be reached at first, although the
   * worker tries again until it is closed, and where it is closed before. Nobody has to look at it.
   */
  readonly ready: Promise<void>
  /**
   * Ends the jobs at work, or with `cancel` stops them, and closes the connections. A job that was stopped leaves the queue
   * until the run that waits for it puts it there again. Where Redis is gone for three seconds, jobs at work are stopped
   * too, for their results cannot be handed in; Redis gives them to another worker after `lockDuration`.
   */
  close(options?: { cancel?: boolean }): Promise<void>
}

export const WORK_OPTIONS = ['concurrency', 'lockDuration', 'stalledInterval'] as const

/** A job may lose its worker this often; the limit keeps one that kills its workers from going round for ever. */
const MAX_STALLED = 10

/** Checked `WorkOptions`, as BullMQ takes them. */
export type WorkSettings = Required<{ [name in keyof WorkOptions]: number }> & {
  readonly maxStalledCount: number
}

/** @throws `ERR_INVALID_ARGUMENT` */
export function checkWork(read: Record<string, unknown>): WorkSettings {
  return {
    concurrency: integer(read['concurrency'] ?? 1, 'concurrency', 1),
    lockDuration: integer(read['lockDuration'] ?? 30_000, 'lockDuration', 1),
    stalledInterval: integer(read['stalledInterval'] ?? 30_000, 'stalledInterval', 1),
    maxStalledCount: MAX_STALLED,
  }
}

/**
 * Takes jobs from the queue that `bullmqRunner` fills, until it is closed. Start one in each of as many processes as you
 * like; when one dies, its job goes to another after `lockDuration`, with the same result.
 *
 * Whoever can write to the queue decides what the workers do, the paths that they write included: guard Redis.
 *
 * @throws `ERR_INVALID_ARGUMENT`
 */
export function createWorker(options: WorkerOptions): QueueWorker {
  const read = readOptions(options, [...QUEUE_OPTIONS, ...WORK_OPTIONS, 'handlers'])
  const handlers = checkHandlers(read['handlers'] ?? {})
  return openWorker(checkQueue(read), checkWork(read), ({ kind, shared, item }, control) => {
    const handler = handlers.get(kind)
    if (handler !== undefined) return handler(shared, item, control)
    const known = [...handlers.keys()].join(', ')
    throw typeError(
      'ERR_INVALID_ARGUMENT',
      `this worker has no handler for jobs of kind ${show(kind)}, only: ${known} (what needs the program's own data runs in mode 'share')`,
    )
  })
}

function checkHandlers(value: unknown): Map<string, JobHandler> {
  const own = Object.entries(readRecord(value, 'handlers'))
  for (const [kind, handler] of own) {
    if (typeof handler === 'function') continue
    throw wrongType(`handlers.${kind}`, 'a function', handler)
  }
  return new Map([[SHARDS, shardHandler()], ...(own as [string, JobHandler][])])
}

/** Takes jobs and does them by `handle`, in as many at once as the settings say. */
export function openWorker({ name, options }: Queueing, settings: WorkSettings, handle: Handle): QueueWorker {
  const bench: Workbench = new Workbench(handle, (id) => Job.fromId<QueuedJob, string>(worker, id))
  // BullMQ passes the signal on to functions of three parameters alone.
  const work = (job: Job<QueuedJob, string>, _token?: string, signal?: AbortSignal) => bench.work(job, signal)
  const worker: Worker<QueuedJob, string> = new Worker<QueuedJob, string>(name, work, {
    ...options,
    ...settings,
    autorun: false,
  })
  const loop = worker.run().catch((error: Error) => void worker.emit('error', error))
  const events = new QueueEvents(name, options)
  events.on(CANCEL as 'waiting', (call: object) => {
    for (const id of bench.jobsOf((call as { batch: string }).batch)) worker.cancelJob(id, 'cancelled')
  })
  const leaving = new AbortController()
  const close = closing(worker, events, loop)
  return {
    ready: readiness(worker, events, leaving.signal),
    close({ cancel = false } = {}) {
      leaving.abort()
      if (cancel) bench.close()
      return close(cancel)
    },
  }
}
