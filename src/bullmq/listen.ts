import type { QueueEvents } from 'bullmq'

/** What a run does about jobs that end. */
export interface Listener {
  completed(id: string, result: string): void
  failed(id: string, reason: string): void | Promise<void>
  /** Told of what the others throw. */
  fail(error: unknown): void
}

/** What BullMQ tells of a job that has ended. */
interface Ended {
  readonly jobId: string
  readonly returnvalue?: string
  readonly failedReason?: string
}

/**
 * Listens to the jobs of a queue that end.
 *
 * @returns what stops that
 */
export function listen(events: QueueEvents, listener: Listener): () => void {
  const guard = (hear: (ended: Ended) => void | Promise<void>) => (ended: Ended) =>
    void (async () => hear(ended))().catch((error: unknown) => listener.fail(error))
  const completed = guard(({ jobId, returnvalue }) => listener.completed(jobId, returnvalue as string))
  const failed = guard(({ jobId, failedReason = '' }) => listener.failed(jobId, failedReason))
  events.on('completed', completed).on('failed', failed)
  return () => events.off('completed', completed).off('failed', failed)
}
