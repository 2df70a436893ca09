import { Job, Queue, QueueEvents, QueueEventsProducer, type QueueBase } from 'bullmq'
import { abortError, plainError } from '../errors.js'
import type { Json } from '../initializers/types.js'
import {
  batchId,
  decodeResult,
  type Batch,
  type JobControl,
  type Runner,
  type RunOptions,
} from '../runner/batch.js'
import { integer, oneOf, readOptions } from '../validate.js'
import { CANCEL, checkQueue, jobIdOf, QUEUE_OPTIONS, unpackError } from './queue.js'
import type { QueuedJob, Queueing, QueueOptions } from './queue.js'
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

/** Milliseconds between two looks at jobs whose events may have been lost. */
const SWEEP = 2000

/**
 * Puts each job into a BullMQ queue and waits for the results.
 *
 * A job's id is the batch's hash and its number, so a run of the same batch, at the same time or after a crash, waits for
 * the same jobs instead of adding new ones; those that have failed are tried again. An aborted signal takes the waiting
 * jobs out of the queue and stops those at work.
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
        await Promise.all([desk.queue.close(), desk.events.close(), desk.calls.close()])
      }
    },
  }
}

/** A producer's three connections: jobs in, events out, calls to the workers. */
interface Desk {
  readonly queue: Queue<QueuedJob, string>
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
  const queue = new Queue<QueuedJob, string>(name, options)
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

/** What BullMQ tells of a job that has ended. */
interface Ended {
  readonly jobId: string
  readonly returnvalue?: string
  readonly failedReason?: string
}

/** One run of a batch: the jobs that are still out, and the results that are in. */
class Run {
  readonly #desk: Desk
  readonly #batch: Batch<Json>
  readonly #control: RunOptions
  readonly #jobOptions: object
  readonly #id: string
  readonly #results: Json[]
  /** Numbers of the jobs that are out, by id. */
  readonly #out: Map<string, number>
  /** Settles when all jobs are in, or one has failed. */
  readonly #ended: Promise<void>
  #finish!: () => void
  #fail!: (error: unknown) => void

  constructor(desk: Desk, batch: Batch<Json>, control: RunOptions, jobOptions: object) {
    this.#desk = desk
    this.#batch = batch
    this.#control = control
    this.#jobOptions = jobOptions
    this.#id = batchId(batch)
    this.#results = new Array<Json>(batch.items.length)
    this.#out = new Map(batch.items.map((_, index) => [jobIdOf(this.#id, index), index]))
    this.#ended = new Promise((resolve, reject) => {
      this.#finish = resolve
      this.#fail = reject
    })
    // A job may fail before anyone waits.
    this.#ended.catch(() => undefined)
  }

  /** Adds the jobs and waits for all of them; `keep` leaves them in the queue for other processes to see. */
  async results(keep: boolean): Promise<Json[]> {
    const { events } = this.#desk
    const ids = [...this.#out.keys()]
    const completed = this.#guard(({ jobId, returnvalue }: Ended) => this.#take(jobId, returnvalue as string))
    const failed = this.#guard(({ jobId, failedReason = '' }: Ended) => {
      if (this.#out.has(jobId)) throw unpackError(failedReason, jobId)
    })
    const stop = () => this.#fail(abortError(this.#control.signal))
    events.on('completed', completed).on('failed', failed)
    this.#control.signal?.addEventListener('abort', stop)
    // It may have been aborted while we connected.
    if (this.#control.signal?.aborted) stop()
    const sweep = setInterval(() => void this.#sweep().catch(this.#fail), SWEEP)
    try {
      await Promise.race([this.#begin(), this.#ended])
      await this.#ended
      if (!keep) await this.#remove(ids)
      return this.#results
    } catch (error) {
      await this.#cancel().catch(() => undefined)
      throw error
    } finally {
      clearInterval(sweep)
      this.#control.signal?.removeEventListener('abort', stop)
      events.off('completed', completed).off('failed', failed)
    }
  }

  async #begin(): Promise<void> {
    await this.#add([...this.#out.values()])
    // What was added after the end of the run is nobody's.
    if (this.#control.signal?.aborted) return this.#remove(this.#out.keys())
    await this.#sweep()
  }

  /** An event's listener, whose errors end the run. */
  #guard(listen: (ended: Ended) => void): (ended: Ended) => void {
    return (ended) => {
      try {
        listen(ended)
      } catch (error) {
        this.#fail(error)
      }
    }
  }

  /** Adds the jobs that are not in the queue yet, and gives those that have failed there another chance. */
  async #add(indices: readonly number[]): Promise<void> {
    const { kind, shared, items } = this.#batch
    const jobs = indices.map((index) => ({
      name: kind,
      data: { batch: this.#id, index, kind, shared, item: items[index] as Json },
      opts: { ...this.#jobOptions, jobId: jobIdOf(this.#id, index) },
    }))
    for (const job of await this.#desk.queue.addBulk(jobs)) {
      // Another run of the same batch may have been faster.
      if (await job.isFailed()) await job.retry('failed').catch(() => undefined)
    }
  }

  /** Looks at every job that is out: an event may have come before we listened, or never. */
  async #sweep(): Promise<void> {
    await Promise.all([...this.#out].map(([id, index]) => this.#look(id, index)))
    if (this.#out.size === 0) this.#finish()
  }

  async #look(id: string, index: number): Promise<void> {
    const job = await Job.fromId<QueuedJob, string>(this.#desk.queue, id)
    // A run of the same batch that ended before us took its jobs away: ours are to be done again.
    if (job === undefined) return this.#add([index])
    if (job.finishedOn === undefined) return
    if (job.failedReason !== undefined) throw unpackError(job.failedReason, id)
    this.#take(id, job.returnvalue)
  }

  /** Takes the result of a job, if it is one of ours that is out. */
  #take(id: string, result: string): void {
    const index = this.#out.get(id)
    if (index === undefined) return
    this.#results[index] = decodeResult(result)
    this.#out.delete(id)
    this.#control.onDone?.(this.#results.length - this.#out.size)
    if (this.#out.size === 0) this.#finish()
  }

  /** Calls the workers off and takes out what none of them has begun. */
  async #cancel(): Promise<void> {
    await this.#desk.calls.publishEvent({ eventName: CANCEL, batch: this.#id })
    await this.#remove(this.#out.keys())
  }

  /** A job at work is locked and stays: its worker ends it. */
  async #remove(ids: Iterable<string>): Promise<void> {
    await Promise.allSettled([...ids].map((id) => this.#desk.queue.remove(id)))
  }
}
