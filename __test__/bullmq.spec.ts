import { mkdtemp, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import anyTest from 'ava'
import { plan, restarts, writeShards, type Batch, type Json } from 'symbreak'
import { bullmqRunner, createWorker, type JobHandler } from 'symbreak/bullmq'
import { jobsOf, said, square, squares, startWorker, work } from './bullmq/batches.js'
import { test } from './bullmq/redis.js'
import { folder } from './support/folder.js'

test('results come in order, and the queue is empty afterwards', async (t) => {
  await work(t, 'order', { square })
  const done: number[] = []
  const runner = bullmqRunner({ connection: t.context.connection, queue: 'order' })
  const results = await runner.run(squares(20), { onDone: (count) => done.push(count) })
  t.deepEqual(
    results,
    Array.from({ length: 20 }, (_, i) => i * i),
  )
  t.is(done.at(-1), 20)
  t.is(await jobsOf(t, 'order'), 0)
})

test('two runs of the same batch share its jobs', async (t) => {
  let calls = 0
  const slow: JobHandler = async (_, item) => {
    calls++
    await wait(50)
    return item
  }
  await work(t, 'same', { square: slow })
  const run = () => bullmqRunner({ connection: t.context.connection, queue: 'same' }).run(squares(10))
  const [first, second] = await Promise.all([run(), run()])
  t.deepEqual(first, second)
  t.true(calls < 20)
})

test('NaN and the infinities survive the queue', async (t) => {
  const values: Json = { loss: [NaN, Infinity, -Infinity, 0.1], text: '#NaN' }
  await work(t, 'special', { square: () => Promise.resolve(values) })
  t.deepEqual(await bullmqRunner({ connection: t.context.connection, queue: 'special' }).run(squares(1)), [
    values,
  ])
})

test('a refusal comes back with its code and is not tried again', async (t) => {
  let calls = 0
  const refuse: JobHandler = () => {
    calls++
    return Promise.reject(Object.assign(new RangeError('not this one'), { code: 'ERR_INVALID_SHAPE' }))
  }
  await work(t, 'refusal', { square: refuse })
  await t.throwsAsync(bullmqRunner({ connection: t.context.connection, queue: 'refusal' }).run(squares(1)), {
    code: 'ERR_INVALID_SHAPE',
    message: /^job [0-9a-f]{64}-0 failed: not this one$/,
  })
  t.is(calls, 1)
  await t.throwsAsync(
    bullmqRunner({ connection: t.context.connection, queue: 'refusal' }).run({ ...squares(1), kind: 'cube' }),
    {
      code: 'ERR_INVALID_ARGUMENT',
      message: /no handler for jobs of kind "cube"/,
    },
  )
})

test('a fault of the machine is tried again, and so is a failed job in the next run', async (t) => {
  let calls = 0
  const flaky: JobHandler = (_, item) => {
    calls++
    if (calls % 3 === 0) return Promise.resolve(item)
    return Promise.reject(Object.assign(new Error('disk full'), { code: 'ERR_IO' }))
  }
  await work(t, 'flaky', { square: flaky })
  t.deepEqual(await bullmqRunner({ connection: t.context.connection, queue: 'flaky' }).run(squares(1)), [0])
  t.is(calls, 3)
  const single = bullmqRunner({ connection: t.context.connection, queue: 'flaky', attempts: 1 })
  await t.throwsAsync(single.run(squares(1)), { code: 'ERR_IO', message: /disk full/ })
  await t.throwsAsync(single.run(squares(1)), { code: 'ERR_IO' })
  t.deepEqual(await single.run(squares(1)), [0])
  t.is(calls, 6)
})

test('processes that share a batch do each job once and all see every result', async (t) => {
  const calls: number[] = []
  const batch: Batch<number> = {
    ...squares(12),
    async run(index) {
      calls.push(index)
      await wait(20)
      return index * index
    },
  }
  const run = () =>
    bullmqRunner({ connection: t.context.connection, queue: 'share', mode: 'share' }).run(batch)
  const results = await Promise.all([run(), run(), run()])
  for (const result of results) {
    t.deepEqual(
      result,
      Array.from({ length: 12 }, (_, i) => i * i),
    )
  }
  t.is(calls.length, 12)
  t.is(new Set(calls).size, 12)
})

test('Redis that cannot be reached is ERR_IO', async (t) => {
  const runner = bullmqRunner({ connection: { host: '127.0.0.1', port: 1 } })
  await t.throwsAsync(runner.run(squares(1)), {
    code: 'ERR_IO',
    message: /cannot reach Redis: .*ECONNREFUSED/,
  })
})

async function contents(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder)
  const files = await Promise.all(
    names.toSorted().map(async (name) => [name, await readFile(join(folder, name), 'base64')]),
  )
  return Object.fromEntries(files) as Record<string, string>
}

test('four workers write a checkpoint, one is killed with SIGKILL: the bytes are those of one process', async (t) => {
  const here = await folder(t)
  const tensors = Array.from({ length: 24 }, (_, i) => ({ name: `h.${i}.weight`, shape: [64, 128 + i] }))
  const weights = plan({ seed: 5, tensors, rules: [{ match: '*', init: 'heNormal' }] })
  const maxShardSize = 80_000
  const alone = await mkdtemp(join(here, 'one-'))
  const { files } = await weights.write(join(alone, 'model.safetensors'), { maxShardSize })
  t.true(files.length >= 8)

  const queue = 'checkpoint'
  const victim = await startWorker(t, queue, 'victim')
  const killed = said(victim, 'active').then(() => victim.kill('SIGKILL'))
  const together = await mkdtemp(join(here, 'four-'))
  const path = join(together, 'model.safetensors')
  const writing = writeShards(weights, path, {
    maxShardSize,
    runner: bullmqRunner({ connection: t.context.connection, queue }),
  })
  await killed
  await Promise.all([startWorker(t, queue), startWorker(t, queue), startWorker(t, queue)])
  const report = await writing
  t.is(report.files.length, files.length)
  t.is(report.indexPath, join(together, 'model.safetensors.index.json'))
  t.is(victim.signalCode, 'SIGKILL')
  t.deepEqual(await contents(together), await contents(alone))
})

test('restarts through the queue give the report of one process', async (t) => {
  const config = {
    inputs: 2,
    layers: [{ units: 4, activation: 'tanh' }, { units: 2 }],
    loss: 'softmaxCrossEntropy',
  } as const
  const data = { x: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), y: Int32Array.of(0, 1, 1, 0) }
  const options = { seeds: 6, fit: { epochs: 20, batchSize: 4 } }
  const expected = await restarts(config, data, options)
  t.is(expected.failed, 0)
  const runner = () => bullmqRunner({ connection: t.context.connection, queue: 'restarts', mode: 'share' })
  const run = () => restarts(config, data, { ...options, runner: runner() })
  for (const report of await Promise.all([run(), run()])) t.deepEqual(report, expected)
})

const wrong: [string, () => unknown][] = [
  ['no connection', () => bullmqRunner({} as never)],
  ['a queue name with a colon', () => bullmqRunner({ connection: {}, queue: 'a:b' })],
  ['an unknown mode', () => bullmqRunner({ connection: {}, mode: 'both' as never })],
  ['no attempts', () => bullmqRunner({ connection: {}, attempts: 0 })],
  ['an unknown option', () => bullmqRunner({ connection: {}, retries: 3 } as never)],
  ['a handler that is none', () => createWorker({ connection: {}, handlers: { a: 1 as never } })],
  ['no concurrency', () => createWorker({ connection: {}, concurrency: 0 })],
]

for (const [name, call] of wrong) {
  anyTest(`refuses ${name}`, (t) => {
    t.throws(call, { code: 'ERR_INVALID_ARGUMENT' })
  })
}
