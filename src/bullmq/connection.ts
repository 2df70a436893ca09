/** Waiting for Redis, and leaving it, where it may be gone: BullMQ's own goodbyes wait for an answer for ever. */
import type { Queue, QueueEvents, QueueEventsProducer, Worker } from 'bullmq'
import type { QueuedJob } from './queue.js'

/** What of BullMQ holds connections open here. */
export type Part = Queue<QueuedJob, string> | QueueEvents | QueueEventsProducer | Worker<QueuedJob, string>

/** Whether a part is connected; undefined as long as it never was. */
export type Watch = () => boolean | undefined

/** Milliseconds between two looks at a connection. */
const LOOK = 100

/** Looks in a row that find no connection, after which nobody waits for it any more. */
const PATIENCE = 30

export function watch(part: Part): Watch {
  let client: { readonly status: string } | undefined
  const found = part.getBackend().client
  // It fails where the part is closed first.
  found.then((it) => (client = it)).catch(() => undefined)
  // A cluster that is connected stays at 'connect'.
  return () => client && (client.status === 'ready' || client.status === 'connect')
}

/**
 * Waits for work that needs Redis, however it ends, unless Redis is gone for three seconds. Looks are counted, not
 * milliseconds, so that an event loop that was blocked is not mistaken for a lost connection.
 */
export function untilLost(work: Promise<unknown>, connected: Watch): Promise<void> {
  return new Promise((resolve) => {
    let missed = 0
    const looks = setInterval(() => {
      missed = connected() ? 0 : missed + 1
      if (missed === PATIENCE) settle()
    }, LOOK)
    const settle = () => {
      clearInterval(looks)
      resolve()
    }
    work.then(settle, settle)
  })
}

/** Fails with the first error of any part; its later errors are listened to, for BullMQ connects again by itself. */
export function firstError(parts: readonly Part[]): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    for (const part of parts as readonly Queue[]) part.on('error', reject)
  })
  failed.catch(() => undefined)
  return failed
}

/** Cuts a part's connections, which are not to be waited for: what mattered has been answered. */
export async function hangUp(part: Part): Promise<void> {
  const cut = part.getBackend().close(true)
  // Ends the part's loops. It may wait for ever for a connection that never was.
  part.close().catch(() => undefined)
  await cut.catch(() => undefined)
}
