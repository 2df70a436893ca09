import { type Job, UnrecoverableError } from 'bullmq'
import type { Json } from '../initializers/types.js'
import { encodeResult } from '../json-text.js'
import type { JobControl } from '../runner/batch.js'
import { CALLED_OFF, packError, type QueuedJob } from './queue.js'

/** Does one job of the queue. */
export type Handle = (job: QueuedJob, control: JobControl) => Promise<Json>

type QueueJob = Job<QueuedJob, string>

/** The jobs that a worker has at hand. */
export class Workbench {
  readonly #handle: Handle
  /** A job as Redis has it now. */
  readonly #look: (id: string) => Promise<QueueJob | undefined>
  /** Batches of the jobs at work, by job id. */
  readonly #active = new Map<string, string>()
  #closed = false

  constructor(handle: Handle, look: (id: string) => Promise<QueueJob | undefined>) {
    this.#handle = handle
    this.#look = look
  }

  /** From now on jobs are refused. */
  close(): void {
    this.#closed = true
  }

  /** Ids of the jobs of a batch. */
  jobsOf(batch: string): string[] {
    return [...this.#active].filter(([, owner]) => owner === batch).map(([id]) => id)
  }

  /** Does a job, unless nobody wants it any more. */
  async work(job: QueueJob, signal?: AbortSignal): Promise<string> {
    const id = job.id as string
    // Before the look at the mark: whoever calls the job off after that look finds it here.
    this.#active.set(id, job.data.batch)
    try {
      if (await this.#isUnwanted(id, signal)) throw new Error(CALLED_OFF)
      const onProgress = (progress: object) => void job.updateProgress(progress).catch(() => undefined)
      return encodeResult(await this.#handle(job.data, { signal, onProgress }))
    } catch (error) {
      if (signal?.aborted || (error as Error | undefined)?.message === CALLED_OFF) throw forget(job)
      throw packError(error)
    } finally {
      this.#active.delete(id)
    }
  }

  async #isUnwanted(id: string, signal: AbortSignal | undefined): Promise<boolean> {
    const job = this.#closed ? undefined : await this.#look(id)
    return this.#closed || job === undefined || job.data.calledOff === true || signal?.aborted === true
  }
}

/** The end of a job that was stopped: it leaves the queue, and is not tried again unless a run puts it there again. */
function forget(job: QueueJob): Error {
  job.opts.removeOnFail = true
  return new UnrecoverableError(CALLED_OFF)
}
