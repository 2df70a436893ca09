import { Queue, QueueEvents, QueueEventsProducer, type QueueBase } from 'bullmq'
import { plainError } from '../errors.js'
import type { QueuedJob, Queueing } from './queue.js'

/** A producer's three connections: jobs in, events out, calls to the workers. */
export interface Desk {
  readonly queue: Queue<QueuedJob, string>
  readonly events: QueueEvents
  readonly calls: QueueEventsProducer
}

export async function openDesk({ name, options: given }: Queueing): Promise<Desk> {
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
