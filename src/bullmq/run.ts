import { Job } from 'bullmq'
import { abortError } from '../errors.js'
import type { Json } from '../initializers/types.js'
import { decodeResult } from '../json-text.js'
import { batchId, type Batch, type RunOptions } from '../runner/batch.js'
import { callOff, takeOut } from './call-off.js'
import { untilLost, watch } from './connection.js'
import type { Desk } from './desk.js'
import { listen } from './listen.js'
import { CALLED_OFF, jobIdOf, type QueuedJob, unpackError } from './queue.js'

/** Milliseconds between two looks at jobs whose events may have been lost. */
const SWEEP = 2000

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
  /** What is on its way into the queue. */
  readonly #adding = new Set<Promise<void>>()
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

  /**
   * Adds the jobs and waits for all of them; `shared` leaves them in the queue, and those at work to their workers, whose
   * processes run the batch too.
   */
  async results(shared: boolean): Promise<Json[]> {
    const { queue } = this.#desk
    const ids = [...this.#out.keys()]
    const stopListening = this.#listen()
    const sweep = setInterval(() => void this.#sweep().catch(this.#fail), SWEEP)
    const begun = this.#add([...this.#out.values()]).then(() => this.#sweep())
    try {
      await Promise.race([begun, this.#ended])
      await this.#ended
      if (!shared) await takeOut(queue, ids)
      return this.#results
    } catch (error) {
      this.#over = true
      await untilLost(this.#cancel(shared), watch(queue))
      throw error
    } finally {
      clearInterval(sweep)
      stopListening()
    }
  }

  /** Listens to what ends jobs, and the run. */
  #listen(): () => void {
    const { signal } = this.#control
    const stop = () => this.#fail(abortError(signal))
    const stopListening = listen(this.#desk.events, {
      completed: (id, result) => this.#take(id, result),
      failed: (id, reason) => this.#miss(id, reason),
      fail: this.#fail,
    })
    signal?.addEventListener('abort', stop)
    // It may have been aborted while we connected.
    if (signal?.aborted) stop()
    return () => {
      signal?.removeEventListener('abort', stop)
      stopListening()
    }
  }

  /** Adds the jobs that are not in the queue yet, and gives those that have failed there another chance. */
  async #add(indices: readonly number[]): Promise<void> {
    if (this.#over) return
    const adding = this.#put(indices)
    this.#adding.add(adding)
    await adding.finally(() => this.#adding.delete(adding))
  }

  async #put(indices: readonly number[]): Promise<void> {
    const { kind, shared, items } = this.#batch
    const jobs = indices.map((index) => ({
      name: kind,
      data: { batch: this.#id, index, kind, shared, item: items[index] as Json },
      opts: { ...this.#jobOptions, jobId: jobIdOf(this.#id, index) },
    }))
    for (const job of await this.#desk.queue.addBulk(jobs)) {
      if (this.#over) return
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
    if (this.#over) return
    const job = await Job.fromId<QueuedJob, string>(this.#desk.queue, id)
    // A run of the same batch that ended before us took its jobs away: ours are to be done again.
    if (job === undefined) return this.#add([index])
    if (job.finishedOn === undefined) return
    if (job.failedReason !== undefined) return this.#miss(id, job.failedReason)
    this.#take(id, job.returnvalue)
  }

  /** A job has failed; one of ours that another run or a closing worker called off is to be done again. */
  async #miss(id: string, reason: string): Promise<void> {
    const index = this.#out.get(id)
    if (index === undefined) return
    if (reason !== CALLED_OFF) throw unpackError(reason, id)
    await this.#add([index])
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

  /** Takes back what is out, once it is all in the queue. */
  async #cancel(shared: boolean): Promise<void> {
    await Promise.allSettled(this.#adding)
    const ids = [...this.#out.keys()]
    // The process's own worker is closed next, which stops its jobs.
    await (shared ? takeOut(this.#desk.queue, ids) : callOff(this.#desk, this.#id, ids))
  }
}
