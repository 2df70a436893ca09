import { Job, Queue, QueueEvents, QueueEventsProducer, type QueueBase } from 'bullmq'
import { abortError, plainError } from '../errors.js'
import type { Json } from '../initializers/types.js'
import { batchId, type Batch, type Runner, type RunOptions } from '../runner/batch.js'
import { integer, readOptions } from '../validate.js'
import { CANCEL, checkQueue, jobIdOf, QUEUE_OPTIONS, unpackError } from './queue.js'
import type { QueuedJob, Queueing, QueueOptions } from './queue.js'

/** Options of `bullmqRunner`. */
export interface BullmqRunnerOptions extends QueueOptions {
  /** Times that a job is tried where the machine, not the job, is at fault; default 3. */
  attempts?: number | undefined
  /** Seconds that results stay in Redis, to be found by a run of the same batch; default a day. */
  keepFor?: number | undefined
}

/** Milliseconds between two looks at jobs whose events may have been lost. */
const SWEEP = 2000

/**
 * Puts each job into a BullMQ queue and waits for the processes that run `createWorker`.
 *
 * A job's id is the batch's hash and its number, so a run of the same batch, at the same time or later, waits for the
 * same jobs instead of adding new ones; those that have failed are tried again. An aborted signal takes the waiting jobs
 * out of the queue and stops those at work.
 *
 * @throws `ERR_INVALID_ARGUMENT`; its runs also `ERR_IO` where Redis cannot be reached
 */
export function bullmqRunner(options: BullmqRunnerOptions): Runner {
  const read = readOptions(options, [...QUEUE_OPTIONS, 'attempts', 'keepFor'])
  const queueing = checkQueue(read)
  const attempts = integer(read['attempts'] ?? 3, 'attempts', 1)
  const keepFor = integer(read['keepFor'] ?? 86_400, 'keepFor', 0)
  return {
    async run<Result extends Json>(batch: Batch<Result>, control: RunOptions = {}): Promise<Result[]> {
      if (control.signal?.aborted) throw abortError(control.signal)
      const desk = await openDesk(queueing)
      try {
        return (await new Run(desk, batch, control).results({
          attempts,
          backoff: { type: 'exponential', delay: 500 },
          removeOnComplete: { age: keepFor },
          removeOnFail: { age: keepFor },
        })) as Result[]
      } finally {
        await Promise.all([desk.queue.close(), desk.events.close(), desk.calls.close()])
      }
    },
  }
}

/** A producer's three connections: jobs in, events out, calls to the workers. */
interface Desk {
  readonly queue: Queue<QueuedJob, Json>
  readonly events: QueueEvents
  readonly calls: QueueEventsProducer
}

async function openDesk({ name, options: given }: Queueing): Promise<Desk> {
  let connected = false
  // A wrong address must not be tried for ever; a connection that was lost must.
  const retryStrategy = (times: number) => (connected ? Math.min(times * 100, 5000) : null)
  const { connection } = given
  const plain = Object.getPrototypeOf(connection) === Object.prototype
  const options = plain ? { ...given, connection: { retryStrategy, ...connection } } : given
  const queue = new Queue<QueuedJob, Json>(name, options)
  const desk = {
    queue,
    events: new QueueEvents(name, options),
    calls: new QueueEventsProducer(name, options),
  }
  const parts: readonly QueueBase[] = Object.values(desk) as unknown as QueueBase[]
  try {
    await Promise.race([Promise.all(parts.map((part) => part.waitUntilReady())), firstError(parts)])
    connected = true
    return desk
  } catch (error) {
    await Promise.allSettled(parts.map((part) => part.close()))
    throw plainError('ERR_IO', `cannot reach Redis: ${(error as Error).message}`, { cause: error })
  }
}

/**
 * Fails with the first error of any part. Once connected, BullMQ connects again by itself: later errors are listened to
 * and no concern of the run's.
 */
function firstError(parts: readonly QueueBase[]): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    for (const part of parts) part.on('error', reject)
  })
  failed.catch(() => undefined)
  return failed
}

/** One run of a batch: the jobs that are still out, and the results that are in. */
class Run {
  readonly #desk: Desk
  readonly #batch: Batch<Json>
  readonly #control: RunOptions
  readonly #id: string
  readonly #results: Json[]
  /** Numbers of the jobs that are out, by id. */
  readonly #out: Map<string, number>
  /** Settles when all jobs are in, or one has failed. */
  readonly #ended: Promise<void>
  #finish!: () => void
  #fail!: (error: unknown) => void

  constructor(desk: Desk, batch: Batch<Json>, control: RunOptions) {
    this.#desk = desk
    this.#batch = batch
    this.#control = control
    this.#id = batchId(batch)
    this.#results = new Array<Json>(batch.items.length)
    this.#out = new Map(batch.items.map((_, index) => [jobIdOf(this.#id, index), index]))
    this.#ended = new Promise((resolve, reject) => {
      this.#finish = resolve
      this.#fail = reject
    })
  }

  /** Adds the jobs and waits for all of them. */
  async results(jobOptions: object): Promise<Json[]> {
    const { events } = this.#desk
    const settle = ({ jobId }: { jobId: string }) => void this.#settle(jobId).catch(this.#fail)
    const stop = () => this.#fail(abortError(this.#control.signal))
    events.on('completed', settle).on('failed', settle)
    this.#control.signal?.addEventListener('abort', stop)
    const sweep = setInterval(() => void this.#sweep().catch(this.#fail), SWEEP)
    try {
      await this.#add(jobOptions)
      await this.#sweep()
      await this.#ended
      return this.#results
    } catch (error) {
      await this.#cancel()
      throw error
    } finally {
      clearInterval(sweep)
      this.#control.signal?.removeEventListener('abort', stop)
      events.off('completed', settle).off('failed', settle)
    }
  }

  /** Adds what is not in the queue yet, and what has failed there again. */
  async #add(jobOptions: object): Promise<void> {
    const { kind, shared, items } = this.#batch
    const jobs = items.map((item, index) => ({
      name: kind,
      data: { batch: this.#id, kind, shared, item },
      opts: { ...jobOptions, jobId: jobIdOf(this.#id, index) },
    }))
    for (const job of await this.#desk.queue.addBulk(jobs)) {
      if (await job.isFailed()) await job.retry('failed')
    }
  }

  /** Looks at every job that is out: an event may have come before we listened, or never. */
  async #sweep(): Promise<void> {
    await Promise.all([...this.#out.keys()].map((id) => this.#settle(id)))
    if (this.#out.size === 0) this.#finish()
  }

  /** Takes the result of a job of ours that has ended. */
  async #settle(id: string): Promise<void> {
    const index = this.#out.get(id)
    if (index === undefined) return
    const job = await Job.fromId<QueuedJob, Json>(this.#desk.queue, id)
    if (job === undefined) throw plainError('ERR_INTERNAL', `job ${id} was removed from the queue`)
    if (job.finishedOn === undefined || !this.#out.has(id)) return
    if (job.failedReason !== undefined) throw unpackError(job.failedReason, id)
    this.#results[index] = job.returnvalue
    this.#out.delete(id)
    this.#control.onDone?.(this.#results.length - this.#out.size)
    if (this.#out.size === 0) this.#finish()
  }

  /** Calls the workers off and takes out what none of them has begun. */
  async #cancel(): Promise<void> {
    const { queue, calls } = this.#desk
    await calls.publishEvent({ eventName: CANCEL, batch: this.#id })
    // A job at work is locked and can't be removed: its worker ends it.
    await Promise.allSettled([...this.#out.keys()].map((id) => queue.remove(id)))
  }
}
