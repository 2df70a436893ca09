import { Queue, QueueEvents, QueueEventsProducer } from 'bullmq'
import { firstError, hangUp, type Part } from './connection.js'
import { noRedis, type QueuedJob, type Queueing } from './queue.js'

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
  const parts: readonly Part[] = Object.values(desk)
  try {
    await Promise.race([Promise.all(parts.map((part) => part.waitUntilReady())), firstError(parts)])
    connected = true
    return desk
  } catch (error) {
    await closeDesk(desk)
    throw noRedis(error)
  }
}

export async function closeDesk({ queue, events, calls }: Desk): Promise<void> {
  await Promise.all([queue, events, calls].map(hangUp))
}
