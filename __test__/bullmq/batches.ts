import { spawn, type ChildProcess } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { ExecutionContext } from 'ava'
import { Queue } from 'bullmq'
import type { Batch, Json } from 'symbreak'
import { createWorker, type JobHandler } from 'symbreak/bullmq'
import type { Redis } from './redis.js'

/** Squares of 0 .. n - 1, to be computed by whoever has the handler. */
export function squares(n: number, shared: Json = null): Batch<Json> {
  const items = Array.from({ length: n }, (_, i) => i)
  return { kind: 'square', shared, items, run: () => Promise.reject(new Error('not in this process')) }
}

export const square: JobHandler = (_, item) => Promise.resolve((item as number) ** 2)

/** A worker of this process, for one queue. */
export async function work(
  t: ExecutionContext<Redis>,
  queue: string,
  handlers: Record<string, JobHandler>,
): Promise<void> {
  const worker = createWorker({ connection: t.context.connection, queue, handlers, concurrency: 2 })
  t.teardown(() => worker.close({ cancel: true }))
  await worker.ready
}

export async function jobsOf(t: ExecutionContext<Redis>, name: string): Promise<number> {
  const queue = new Queue(name, { connection: t.context.connection })
  const counts = await queue.getJobCounts()
  await queue.close()
  return Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** A handler whose jobs go on until they are stopped or `free` is set. */
export function patient(): { started: Json[]; stopped: Json[]; free: boolean; handler: JobHandler } {
  const state = { started: [] as Json[], stopped: [] as Json[], free: false, handler: square }
  state.handler = async (_, item, { signal }) => {
    state.started.push(item)
    while (!state.free) {
      await wait(10)
      if (!signal?.aborted) continue
      state.stopped.push(item)
      throw new Error('stopped')
    }
    return item
  }
  return state
}

export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await wait(10)
}

export async function startWorker(
  t: ExecutionContext<Redis>,
  queue: string,
  role = 'worker',
  redis: Redis = t.context,
): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('worker.ts', import.meta.url))
  const { port } = redis.connection
  const child = spawn(process.execPath, ['--import=tsx', script, String(port), queue, role], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => void child.kill('SIGKILL'))
  await said(child, 'ready')
  return child
}

/** Settles when a process prints the word. */
export function said(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve) => {
    child.stdout?.on('data', (text: Buffer) => text.includes(word) && resolve())
  })
}
