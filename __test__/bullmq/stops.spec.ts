import { once } from 'node:events'
import { setTimeout as wait } from 'node:timers/promises'
import { Queue } from 'bullmq'
import type { Batch, JobControl, Json } from 'symbreak'
import { bullmqRunner, createWorker, type JobHandler } from 'symbreak/bullmq'
import { jobsOf, patient, square, squares, startWorker, until, work } from './batches.js'
import { startRedis, test } from './redis.js'

for (const mode of ['produce', 'share'] as const) {
  test(`${mode}: a signal that is aborted while the run begins ends it, and takes its jobs out`, async (t) => {
    for (const delay of [0, 2, 5, 12]) {
      const queue = `early-${mode}-${delay}`
      const controller = new AbortController()
      const run4 = (_: number, { signal }: JobControl) =>
        new Promise<never>((_resolve, reject) =>
          signal?.addEventListener('abort', () => reject(signal.reason as Error)),
        )
      const hanging = { ...squares(4), run: run4 }
      const runner = bullmqRunner({ connection: t.context.connection, queue, mode })
      const run = runner.run(hanging, { signal: controller.signal })
      setTimeout(() => controller.abort(), delay)
      const late = wait(5000).then(() => 'still at it')
      const end = await Promise.race([run.catch((error: { code: string }) => error.code), late])
      t.is(end, 'ERR_ABORTED', `${delay} ms`)
      if (mode === 'produce') t.is(await jobsOf(t, queue), 0, `${delay} ms`)
    }
  })
}

test('an aborted signal stops jobs at work and takes out the others', async (t) => {
  const stopped: Json[] = []
  const hang: JobHandler = (_, item, { signal }) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => {
        stopped.push(item)
        reject(new Error('stopped'))
      })
    })
  await work(t, 'cancel', { square: hang })
  const controller = new AbortController()
  const runner = bullmqRunner({ connection: t.context.connection, queue: 'cancel' })
  const run = runner.run(squares(10), { signal: controller.signal })
  await wait(300)
  controller.abort()
  await t.throwsAsync(run, { code: 'ERR_ABORTED', name: 'AbortError' })
  for (let tries = 0; stopped.length < 2 && tries < 100; tries++) await wait(20)
  t.deepEqual(stopped.toSorted(), [0, 1])
})

test('jobs that wait when the signal is aborted never start, nor are those at work tried again', async (t) => {
  const jobs = patient()
  await work(t, 'never', { square: jobs.handler })
  const runner = bullmqRunner({ connection: t.context.connection, queue: 'never' })
  const controller = new AbortController()
  const run = runner.run(squares(4), { signal: controller.signal })
  await until(() => jobs.started.length === 2)
  controller.abort()
  await t.throwsAsync(run, { code: 'ERR_ABORTED' })
  await until(() => jobs.stopped.length === 2)
  // A job that failed for another reason would be tried again after half a second.
  await wait(1200)
  t.deepEqual(jobs.started.toSorted(), [0, 1])
  t.is(await jobsOf(t, 'never'), 0)
})

test('a batch that was aborted can be run again at once', async (t) => {
  const jobs = patient()
  await work(t, 'again', { square: jobs.handler })
  const runner = bullmqRunner({ connection: t.context.connection, queue: 'again' })
  for (let round = 1; round <= 3; round++) {
    const controller = new AbortController()
    const run = runner.run(squares(4), { signal: controller.signal })
    await until(() => jobs.started.length - jobs.stopped.length === 2)
    controller.abort()
    await t.throwsAsync(run, { code: 'ERR_ABORTED' })
  }
  jobs.free = true
  t.deepEqual(await runner.run(squares(4)), [0, 1, 2, 3])
})

test('no job begins after an aborted run has ended, whenever that was', async (t) => {
  const begun: number[] = []
  const brief: JobHandler = async (_, item, { signal }) => {
    begun.push(item as number)
    await wait(3)
    if (signal?.aborted) throw new Error('stopped')
    return item
  }
  await Promise.all([1, 2, 3].map(() => work(t, 'whenever', { square: brief })))
  const runner = bullmqRunner({ connection: t.context.connection, queue: 'whenever' })
  for (let delay = 0; delay < 60; delay += 7) {
    const controller = new AbortController()
    const batch = squares(300, delay)
    const run = runner.run(batch, { signal: controller.signal })
    setTimeout(() => controller.abort(), delay)
    await t.throwsAsync(run, { code: 'ERR_ABORTED' })
    const count = begun.length
    await wait(100)
    t.is(begun.length, count, `${delay} ms`)
  }
  t.deepEqual(
    await runner.run(squares(20)),
    begun.slice(-20).toSorted((a, b) => a - b),
  )
})

test('a run goes on when another run of its batch is aborted', async (t) => {
  const jobs = patient()
  await work(t, 'other', { square: jobs.handler })
  const runner = bullmqRunner({ connection: t.context.connection, queue: 'other' })
  const controller = new AbortController()
  const aborted = runner.run(squares(4), { signal: controller.signal })
  const other = runner.run(squares(4))
  await until(() => jobs.started.length === 2)
  controller.abort()
  await t.throwsAsync(aborted, { code: 'ERR_ABORTED' })
  jobs.free = true
  t.deepEqual(await other, [0, 1, 2, 3])
})

test('share: an aborted process stops its own jobs, and the others do what it leaves', async (t) => {
  const jobs = patient()
  const batch: Batch<Json> = { ...squares(6), run: (index, control) => jobs.handler(null, index, control) }
  const runner = bullmqRunner({ connection: t.context.connection, queue: 'leave', mode: 'share' })
  const controller = new AbortController()
  const aborted = runner.run(batch, { signal: controller.signal })
  const other = runner.run(batch)
  await until(() => jobs.started.length === 2)
  controller.abort()
  await t.throwsAsync(aborted, { code: 'ERR_ABORTED' })
  t.is(jobs.stopped.length, 1)
  jobs.free = true
  t.deepEqual(await other, [0, 1, 2, 3, 4, 5])
})

test('jobs that a closing worker stops are done by another', async (t) => {
  const { connection } = t.context
  const jobs = patient()
  const first = createWorker({ connection, queue: 'stops', handlers: { square: jobs.handler } })
  const run = bullmqRunner({ connection, queue: 'stops', attempts: 1 }).run(squares(3))
  await until(() => jobs.started.length === 1)
  await first.close({ cancel: true })
  t.deepEqual(jobs.stopped, jobs.started)
  await work(t, 'stops', { square })
  t.deepEqual(await run, [0, 1, 4])
})

test('a worker without Redis says so, and can be closed', async (t) => {
  for (const cancel of [true, false]) {
    const worker = createWorker({ connection: { host: '127.0.0.1', port: 1 } })
    await t.throwsAsync(worker.ready, { code: 'ERR_IO', message: /cannot reach Redis: .*ECONNREFUSED/ })
    await worker.close({ cancel })
  }
})

test('a worker that is closed before it is ready says so', async (t) => {
  const worker = createWorker({ connection: t.context.connection, queue: 'hasty' })
  await worker.close()
  await t.throwsAsync(worker.ready, { code: 'ERR_IO', message: /closed/ })
})

test('a worker that has lost Redis can be closed, and stops what it cannot hand in', async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const jobs = patient()
  const options = { connection: redis.connection, handlers: { square: jobs.handler } }
  const [idle, busy] = [createWorker({ ...options, queue: 'idle' }), createWorker(options)]
  await Promise.all([idle.ready, busy.ready])
  const queue = new Queue('symbreak', { connection: redis.connection })
  await queue.add('square', { batch: 'b', index: 0, kind: 'square', shared: null, item: 0 })
  await queue.close()
  await until(() => jobs.started.length === 1)
  await redis.stop()
  await Promise.all([idle.close(), busy.close(), idle.close({ cancel: true })])
  await until(() => jobs.stopped.length === 1)
  t.pass()
})

for (const mode of ['produce', 'share'] as const) {
  test(`${mode}: a run that has lost Redis can be aborted`, async (t) => {
    const redis = await startRedis()
    t.teardown(() => redis.stop())
    const { connection } = redis
    const jobs = patient()
    const batch: Batch<Json> = { ...squares(2), run: (index, control) => jobs.handler(null, index, control) }
    const worker = createWorker({ connection, handlers: { square: jobs.handler } })
    const controller = new AbortController()
    const run = bullmqRunner({ connection, mode }).run(batch, { signal: controller.signal })
    await until(() => jobs.started.length === 1)
    await redis.stop()
    controller.abort()
    await t.throwsAsync(run, { code: 'ERR_ABORTED' })
    await worker.close({ cancel: true })
  })
}

test('a process whose worker has lost Redis, or never found it, exits once that is closed', async (t) => {
  const redis = await startRedis()
  t.teardown(() => redis.stop())
  const leaver = await startWorker(t, 'leaver', 'leaver', redis)
  await redis.stop()
  leaver.kill('SIGTERM')
  t.deepEqual(await once(leaver, 'exit'), [0, null])
  const stranger = await startWorker(t, 'stranger', 'stranger', redis)
  t.deepEqual(await once(stranger, 'exit'), [0, null])
})
