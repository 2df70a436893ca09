import { Job } from 'bullmq'
import { abortError } from '../errors.js'
import type { Json } from '../initializers/types.js'
import { decodeResult } from '../json-text.js'
import { batchId, type Batch, type RunOptions } from '../runner/batch.js'
import type { Desk } from './desk.js'
import { CANCEL, jobIdOf, type QueuedJob, unpackError } from './queue.js'

/** Milliseconds that a run which has ended waits for jobs on their way into the queue. */
const PATIENCE = 1000

/** Milliseconds between two looks at jobs whose events may have been lost. */
const SWEEP = 2000

/** What BullMQ tells of a job that has ended. */
interface Ended {
  readonly jobId: string
  readonly returnvalue?: string
  readonly failedReason?: string
}

/** One run of a batch: the jobs that are still out, and the results that are in. */
export class Run {
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
  /** Whether the run has failed or was stopped. */
  #over = false
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
    const begun = this.#add([...this.#out.values()]).then(() => this.#sweep())
    try {
      await Promise.race([begun, this.#ended])
      await this.#ended
      if (!keep) await this.#remove(ids)
      return this.#results
    } catch (error) {
      this.#over = true
      await this.#cancel().catch(() => undefined)
      // What is on its way into the queue is taken out again, unless Redis is lost.
      await Promise.race([begun.catch(() => undefined), later(PATIENCE)])
      throw error
    } finally {
      clearInterval(sweep)
      this.#control.signal?.removeEventListener('abort', stop)
      events.off('completed', completed).off('failed', failed)
    }
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
    if (this.#over) return
    const { kind, shared, items } = this.#batch
    const jobs = indices.map((index) => ({
      name: kind,
      data: { batch: this.#id, index, kind, shared, item: items[index] as Json },
      opts: { ...this.#jobOptions, jobId: jobIdOf(this.#id, index) },
    }))
    const added = await this.#desk.queue.addBulk(jobs)
    // What was added after the end of the run is nobody's.
    if (this.#over) return this.#remove(jobs.map(({ opts }) => opts.jobId))
    for (const job of added) {
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

function later(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds).unref())
}
