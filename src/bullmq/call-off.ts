/** How a run takes its jobs back. */
import { Job, type Queue } from 'bullmq'
import type { Desk } from './desk.js'
import { CANCEL, type QueuedJob } from './queue.js'

/**
 * Takes jobs out of the queue. A job at work is locked and stays.
 *
 * @returns the ids of those that stayed
 */
export async function takeOut(queue: Queue<QueuedJob, string>, ids: readonly string[]): Promise<string[]> {
  const codes = await Promise.all(ids.map((id) => queue.remove(id).catch(() => undefined)))
  return ids.filter((_, i) => codes[i] === 0)
}

/**
 * Takes a batch's jobs out of the queue and has those at work stopped. Those that wait go first: a worker whose job is
 * stopped would take the next. A job may be a worker's already that has not begun it, so it is marked before the workers
 * are called; they look at the mark when they begin.
 */
export async function callOff({ queue, calls }: Desk, batch: string, ids: readonly string[]): Promise<void> {
  const atWork = await takeOut(queue, ids)
  // One that has ended meanwhile needs no mark.
  await Promise.allSettled(atWork.map((id) => mark(queue, id)))
  if (atWork.length > 0) await calls.publishEvent({ eventName: CANCEL, batch })
}

async function mark(queue: Queue<QueuedJob, string>, id: string): Promise<void> {
  const job = await Job.fromId<QueuedJob, string>(queue, id)
  await job?.updateData({ ...job.data, calledOff: true })
}
