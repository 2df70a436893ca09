import { join } from 'node:path'
import { Readable } from 'node:stream'
import test from 'ava'
import {
  adam,
  backupAndRestore,
  cosineDecay,
  dense,
  LinearModel,
  Network,
  sgd,
  type Callback,
  type Progress,
  type RowBatch,
  type SourceOptions,
} from 'symbreak'
import { folder } from './support/folder.js'
import { bits, codeOf, config, x, y } from './support/toy.js'

const weights = Float32Array.from(y, (_, row) => 0.5 + (row % 3))

/** The toy's 200 rows in batches of `cut`, read anew in every epoch. */
const source = (cut: number) =>
  async function* (): AsyncGenerator<RowBatch> {
    for (let row = 0; row < y.length; row += cut) {
      await Promise.resolve()
      const end = row + cut
      yield {
        x: x.subarray(2 * row, 2 * end),
        y: y.subarray(row, end),
        sampleWeight: weights.subarray(row, end),
      }
    }
  }

const dropping = { ...config, layers: [dense(8, { activation: 'tanh', dropout: 0.2 }), dense(2)] }

for (const engine of ['auto', 'js'] as const) {
  test(`${engine}: a buffer that holds all rows gives the bytes of arrays`, async (t) => {
    const fit = { epochs: 4, batchSize: 16, optimizer: adam({ accumulate: 2 }), classWeight: { 1: 0.7 } }
    const arrays = new Network({ ...dropping, engine })
    const expected = await arrays.fit(x, y, { ...fit, sampleWeight: weights })
    for (const cut of [1, 33, 200]) {
      const net = new Network({ ...dropping, engine })
      t.deepEqual(await net.fit(source(cut), fit), expected)
      t.deepEqual(bits(net), bits(arrays))
    }
  })
}

test('in order, the size of the buffer changes nothing', async (t) => {
  const fit: SourceOptions = {
    epochs: 3,
    batchSize: 16,
    shuffle: false,
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9, accumulate: 2, schedule: cosineDecay({ steps: 39 }) }),
  }
  const arrays = new Network(dropping)
  const expected = await arrays.fit(x, y, { ...fit, sampleWeight: weights })
  for (const bufferRows of [1, 33, 96, 1000]) {
    const net = new Network(dropping)
    t.deepEqual(await net.fit(source(7), { ...fit, bufferRows }), expected)
    t.deepEqual(bits(net), bits(arrays))
  }
})

test('shuffled part by part, the bytes do not depend on how the source is cut', async (t) => {
  const fit = { epochs: 2, batchSize: 16, bufferRows: 50 }
  const [one, other, whole] = [new Network(config), new Network(config), new Network(config)]
  await one.fit(source(3), fit)
  await other.fit(source(70), { ...fit, bufferRows: 64 })
  await whole.fit(source(70), { ...fit, bufferRows: 200 })
  t.deepEqual(bits(one), bits(other))
  t.notDeepEqual(bits(one), bits(whole))
})

test('no more than a part is read ahead, and the source is closed', async (t) => {
  let read = 0
  let closed = 0
  async function* endless(): AsyncGenerator<RowBatch> {
    try {
      for (;;) {
        await Promise.resolve()
        read += 10
        yield [x.subarray(0, 20), y.subarray(0, 10)]
      }
    } finally {
      closed++
    }
  }
  const ahead: number[] = []
  const stopping: Callback = {
    onBatches(run) {
      ahead.push(read - 10 * run.step)
      if (run.step >= 100) run.stop()
    },
    everyBatches: 10,
  }
  await new Network(config).fit(endless(), { batchSize: 10, bufferRows: 100, callbacks: [stopping] })
  t.true(Math.max(...ahead) <= 200, String(ahead))
  t.is(closed, 1)
})

test('stopped and resumed in the middle of an epoch, a run ends with the same bytes', async (t) => {
  const path = await folder(t)
  const fit = { epochs: 3, batchSize: 16, bufferRows: 48, optimizer: sgd({ momentum: 0.9 }) }
  const backup = () => backupAndRestore({ path: join(path, 'run'), everyBatches: 2 })
  const alone = new Network(dropping)
  const expected = await alone.fit(source(7), fit)
  for (const pauses of [1, 2, 3, 6, 9]) {
    const controller = new AbortController()
    let seen = 0
    const abort: Callback = { name: 'x', onBatches: () => void (++seen === pauses && controller.abort()) }
    const callbacks = [abort, backup()]
    t.is(
      await codeOf(new Network(dropping).fit(source(7), { ...fit, signal: controller.signal, callbacks })),
      'ERR_ABORTED',
    )
    const net = new Network(dropping)
    t.deepEqual(await net.fit(source(9), { ...fit, callbacks: [{ name: 'x' }, backup()] }), expected)
    t.deepEqual(bits(net), bits(alone))
  }
})

test('streams, lists and linear models: whatever can be iterated', async (t) => {
  const batches: RowBatch[] = [
    { x: x.subarray(0, 200), y: y.subarray(0, 100) },
    [x.subarray(200), y.subarray(100)],
  ]
  const [list, stream] = [1, 2].map(() => new LinearModel({ inputs: 2, kind: 'logistic', seed: 3 }))
  const seen: Progress[] = []
  await list?.fit(batches, { epochs: 3, onProgress: (progress) => seen.push(progress) })
  await stream?.fit(() => Readable.from(batches), { epochs: 3 })
  t.deepEqual(bits((list as LinearModel).network), bits((stream as LinearModel).network))
  t.deepEqual({ ...seen.at(-1), elapsedMs: 0 }, { done: 21, total: 21, unit: 'batches', elapsedMs: 0 })
})

test('what is wrong with a source is said', async (t) => {
  const fit = (batches: unknown, options?: object) => new Network(config).fit(batches as never, options)
  const holed = x.slice(0, 20)
  holed[5] = Number.NaN
  const wrong: [Promise<unknown>, RegExp][] = [
    [fit([[x.subarray(0, 20), y.subarray(0, 10)], { x: holed, y }]), /batch 1\.x .* NaN in row 2, column 1/],
    [fit([{ x, y: y.subarray(1) }]), /batch 0\.y must have 200 rows/],
    [fit([3]), /batch 0 must be an object, got 3/],
    [fit([]), /gave no rows in epoch 0/],
    [fit(source(50)(), { epochs: 2 }), /gave no rows in epoch 1: .* pass a function/],
    [fit(() => 3), /must give an iterable of batches, got 3/],
    [fit([[x, y], { x, y: new Float32Array(400) }]), /all have labels, or all have targets/],
    [fit([[x, y]], { validationSplit: 0.1 }), /unknown option "validationSplit"/],
    [fit([[x, y]], { bufferRows: 0 }), /bufferRows/],
  ]
  for (const [call, message] of wrong) t.regex(String((await t.throwsAsync(call))?.message), message)
  const own = new Error('mine')
  async function* failing(): AsyncGenerator<RowBatch> {
    yield await Promise.resolve([x, y] as const)
    throw own
  }
  t.is(await t.throwsAsync(fit(failing())), own)
})

test('features and targets in one array are told apart from a stream of batches', async (t) => {
  const network = new Network(config)
  await t.throwsAsync(() => network.fit([x, y] as never, { epochs: 1 }), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /fit\(x, y\)/,
  })
})
