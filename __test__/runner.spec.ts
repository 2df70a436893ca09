import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import test from 'ava'
import {
  indexedRunner,
  localRunner,
  plan,
  shareOfEnvironment,
  verify,
  writeShards,
  type Batch,
} from 'symbreak'
import { folder } from './support/folder.js'

/** Squares of 0 .. n - 1, with what happened on the way. */
function squares(n: number) {
  const calls: number[] = []
  let active = 0
  const state = { calls, most: 0 }
  const batch: Batch<{ square: number }> = {
    kind: 'square',
    shared: { power: 2 },
    items: Array.from({ length: n }, (_, i) => i),
    async run(index) {
      calls.push(index)
      state.most = Math.max(state.most, ++active)
      await wait((index * 7) % 5)
      active--
      return { square: index * index }
    },
  }
  return { batch, state }
}

const expected = (n: number) => Array.from({ length: n }, (_, i) => ({ square: i * i }))

for (const parallel of [1, 3, 100]) {
  test(`the local runner does every job once, ${parallel} at a time`, async (t) => {
    const { batch, state } = squares(20)
    const done: number[] = []
    const results = await localRunner({ parallel }).run(batch, { onDone: (count) => done.push(count) })
    t.deepEqual(results, expected(20))
    t.is(state.most, Math.min(parallel, 20))
    t.deepEqual(
      state.calls.toSorted((a, b) => a - b),
      batch.items as number[],
    )
    t.deepEqual(
      done,
      Array.from({ length: 20 }, (_, i) => i + 1),
    )
  })
}

test('an empty batch has no results', async (t) => {
  t.deepEqual(await localRunner().run(squares(0).batch), [])
})

test('a job that throws stops the others and its error comes out', async (t) => {
  const { batch, state } = squares(50)
  const failing: Batch<{ square: number }> = {
    ...batch,
    run: (index, control) =>
      index === 3 ? Promise.reject(new RangeError('three')) : batch.run(index, control),
  }
  await t.throwsAsync(localRunner({ parallel: 2 }).run(failing), { instanceOf: RangeError, message: 'three' })
  t.true(state.calls.length < 10)
})

test('a signal stops a run, before it and within it', async (t) => {
  const { batch, state } = squares(1000)
  await t.throwsAsync(localRunner().run(batch, { signal: AbortSignal.abort() }), { code: 'ERR_ABORTED' })
  t.is(state.calls.length, 0)
  const controller = new AbortController()
  const onDone = (done: number) => done === 5 && controller.abort()
  await t.throwsAsync(localRunner().run(batch, { signal: controller.signal, onDone }), {
    code: 'ERR_ABORTED',
    name: 'AbortError',
  })
  t.is(state.calls.length, 5)
})

test('indexed runners share a batch, whoever ends last sees every result', async (t) => {
  const results = await folder(t)
  const { batch, state } = squares(10)
  const run = (index: number) => indexedRunner({ results, index, count: 3 }).run(batch)
  const first = await run(1)
  t.deepEqual(state.calls, [1, 4, 7])
  t.deepEqual(
    first.map((result) => result !== undefined),
    batch.items.map((i) => (i as number) % 3 === 1),
  )
  await run(2)
  t.deepEqual(await run(0), expected(10))
  t.deepEqual(await run(1), expected(10))
  t.is(state.calls.length, 10, 'a job that is done is not done again')
})

test('a batch that differs in anything has results of its own', async (t) => {
  const results = await folder(t)
  const { batch, state } = squares(2)
  const runner = indexedRunner({ results, index: 0, count: 1 })
  await runner.run(batch)
  await runner.run({ ...batch, shared: { power: 3 } })
  await runner.run({ ...batch, kind: 'cube' })
  await runner.run({ ...batch, items: [0, 2] })
  t.is(state.calls.length, 8)
  await runner.run({ ...batch, shared: Object.fromEntries([['power', 2]]) })
  t.is(state.calls.length, 8)
})

test('a job that fails leaves no result', async (t) => {
  const results = await folder(t)
  const { batch } = squares(3)
  const runner = indexedRunner({ results, index: 0, count: 1 })
  await t.throwsAsync(runner.run({ ...batch, run: () => Promise.reject(new Error('no')) }), { message: 'no' })
  t.deepEqual(await readdir(results), [])
})

test('a damaged result is named, not taken', async (t) => {
  const results = await folder(t)
  const { batch } = squares(1)
  const runner = indexedRunner({ results, index: 0, count: 1 })
  await runner.run(batch)
  const [name] = await readdir(results)
  const path = join(results, name as string)
  t.deepEqual(JSON.parse(await readFile(path, 'utf8')), { square: 0 })
  await writeFile(path, '{"squ')
  await t.throwsAsync(runner.run(batch), { code: 'ERR_BAD_FILE', message: new RegExp(name as string) })
})

test('a results folder that cannot be made is ERR_IO', async (t) => {
  const file = join(await folder(t), 'file')
  await writeFile(file, '')
  const runner = indexedRunner({ results: join(file, 'inside'), index: 0, count: 1 })
  await t.throwsAsync(runner.run(squares(1).batch), { code: 'ERR_IO' })
})

test('the share comes from Kubernetes, SLURM or AWS Batch', (t) => {
  t.is(shareOfEnvironment({}), undefined)
  t.deepEqual(shareOfEnvironment({ JOB_COMPLETION_INDEX: '0', JOB_COMPLETIONS: '8' }), { index: 0, count: 8 })
  t.deepEqual(shareOfEnvironment({ JOB_COMPLETION_INDEX: '7' }, 8), { index: 7, count: 8 })
  const slurm = { SLURM_ARRAY_TASK_COUNT: '4', SLURM_ARRAY_TASK_MIN: '1' }
  t.deepEqual(shareOfEnvironment({ ...slurm, SLURM_ARRAY_TASK_ID: '1' }), { index: 0, count: 4 })
  t.deepEqual(shareOfEnvironment({ ...slurm, SLURM_ARRAY_TASK_ID: '7', SLURM_ARRAY_TASK_STEP: '2' }), {
    index: 3,
    count: 4,
  })
  const aws = { AWS_BATCH_JOB_ARRAY_INDEX: '2', AWS_BATCH_JOB_ARRAY_SIZE: '3' }
  t.deepEqual(shareOfEnvironment(aws), { index: 2, count: 3 })
})

const badShares: [Record<string, string>, RegExp][] = [
  [{ JOB_COMPLETION_INDEX: '0' }, /JOB_COMPLETIONS must be a whole number in the environment, got undefined/],
  [{ JOB_COMPLETION_INDEX: '', JOB_COMPLETIONS: '2' }, /JOB_COMPLETION_INDEX/],
  [{ JOB_COMPLETION_INDEX: '-1', JOB_COMPLETIONS: '2' }, /JOB_COMPLETION_INDEX/],
  [{ JOB_COMPLETION_INDEX: '2', JOB_COMPLETIONS: '2' }, /must be from 0 to 1 in steps of 1, got 2/],
  [{ AWS_BATCH_JOB_ARRAY_INDEX: '0', AWS_BATCH_JOB_ARRAY_SIZE: '0' }, /AWS_BATCH_JOB_ARRAY_INDEX/],
]

for (const [env, message] of badShares) {
  test(`refuses the environment ${JSON.stringify(env)}`, (t) => {
    t.throws(() => shareOfEnvironment(env), { code: 'ERR_INVALID_ARGUMENT', message })
  })
}

const badOptions: [string, () => unknown][] = [
  ['parallel 0', () => localRunner({ parallel: 0 })],
  ['an unknown option', () => localRunner({ paralel: 2 } as never)],
  ['no folder', () => indexedRunner({ results: '', index: 0, count: 1 })],
  ['an index alone', () => indexedRunner({ results: 'x', index: 0 })],
  ['a count alone, outside a batch system', () => indexedRunner({ results: 'x', count: 2 })],
  ['an index beyond the count', () => indexedRunner({ results: 'x', index: 2, count: 2 })],
]

for (const [name, make] of badOptions) {
  test(`refuses ${name}`, (t) => {
    t.throws(make, { code: 'ERR_INVALID_ARGUMENT' })
  })
}

test('jobs that leave files are done again, and mend what is missing or damaged', async (t) => {
  const where = await folder(t)
  const tensors = ['a', 'b', 'c'].map((name) => ({ name, shape: [100], init: 'he_normal' }))
  const p = plan({ seed: 1, tensors })
  const path = join(where, 'm.safetensors')
  const write = () =>
    writeShards(p, path, {
      maxShardSize: 400,
      runner: indexedRunner({ results: join(where, 'results'), index: 0, count: 1 }),
    })
  const first = await write()
  const [one, two] = first.files.map((file) => file.path) as [string, string]
  const bytes = await readFile(two)
  await rm(one)
  await writeFile(two, Buffer.from(bytes).fill(0, bytes.length - 4))
  const again = await write()
  t.deepEqual(
    again.files.map((file) => file.skipped),
    [false, false, true],
  )
  t.deepEqual(await readFile(two), bytes)
  t.true((await verify(again.indexPath as string)).ok)
})
