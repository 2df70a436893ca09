import type { QueueEvents, Worker } from 'bullmq'
import { plainError } from '../errors.js'
import { firstError, hangUp, untilLost, watch } from './connection.js'
import { noRedis } from './queue.js'

/** Settles when both are connected; fails with `ERR_IO` on the first error, or when the worker leaves before. */
export function readiness(worker: Worker, events: QueueEvents, leaving: AbortSignal): Promise<void> {
  const connected = Promise.all([worker.waitUntilReady(), events.waitUntilReady()])
  const failed = firstError([worker, events]).catch((error: unknown) => {
    throw noRedis(error)
  })
  const left = new Promise<never>((_, reject) => {
    const leave = () => reject(plainError('ERR_IO', 'the worker was closed before it was ready'))
    leaving.addEventListener('abort', leave, { once: true })
  })
  const ready = Promise.race([connected, failed, left]).then(() => undefined)
  // Not everybody waits for it.
  ready.catch(() => undefined)
  return ready
}

/**
 * Leaves the queue, in bounded time where Redis is gone; called again, it waits for the same end. `loop` settles when the
 * worker that takes no more jobs has handed in those at work.
 */
export function closing(
  worker: Worker,
  events: QueueEvents,
  loop: Promise<void>,
): (cancel: boolean) => Promise<void> {
  const connected = watch(worker)
  const drain = () => {
    const drained = worker
      .getBackend()
      .disconnectBlocking(true)
      .then(() => loop)
    // BullMQ's close waits for Redis for ever and cannot be hurried later. This alone has the worker take no more jobs.
    worker.closing = drained
    return untilLost(drained, connected)
  }
  const leave = async () => {
    // Without a connection, ever, there can be no jobs.
    if (connected() !== undefined) await drain()
    worker.cancelAllJobs('the worker has lost its queue')
    worker.closing = undefined
    await Promise.all([worker.close(true), hangUp(events)])
  }
  let left: Promise<void> | undefined
  return (cancel) => {
    if (cancel) worker.cancelAllJobs('the worker closes')
    return (left ??= leave())
  }
}
