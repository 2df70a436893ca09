/** Training that is stopped, resumed, damaged or taken up again. */

import { getEventListeners } from 'node:events'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import test from 'ava'
import {
  backupAndRestore,
  csvLogger,
  dense,
  earlyStopping,
  exponentialDecay,
  learningRateScheduler,
  Network,
  plan,
  reduceLROnPlateau,
  sgd,
  tableRate,
  type Callback,
  type Progress,
  type RowBatch,
  type TrainingRun,
} from 'symbreak'

import { folder } from './support/folder.js'
import { bits, codeOf, config, x, y } from './support/toy.js'

const refused = { code: 'ERR_INVALID_ARGUMENT' }

for (const at of ['onTrainBegin', 'onEpochBegin', 'onEpochEnd', 'onBatches'] as const) {
  test(`stopped in ${at}, a run with a changing rate goes on to the same bytes`, async (t) => {
    const path = join(await folder(t), 'run.safetensors')
    const options = { epochs: 6, batchSize: 16 }
    const callbacks = (more: Callback): Callback[] => [
      learningRateScheduler((_, rate) => rate * 0.8),
      { name: 'more', ...more },
    ]
    const alone = new Network(config)
    await alone.fit(x, y, { ...options, callbacks: callbacks({}) })
    for (const epoch of at === 'onTrainBegin' ? [0] : [0, 3]) {
      const controller = new AbortController()
      const stop = (run: TrainingRun) => void (run.epoch >= epoch && controller.abort())
      const hook: Callback = at.startsWith('onEpoch')
        ? {
            [at]: (_: number, ...rest: [unknown, TrainingRun] | [TrainingRun]) =>
              stop(rest.at(-1) as TrainingRun),
          }
        : { [at]: stop }
      const first = new Network(config).fit(x, y, {
        ...options,
        signal: controller.signal,
        callbacks: [...callbacks(hook), backupAndRestore({ path })],
      })
      t.is(await codeOf(first), 'ERR_ABORTED')
      const second = new Network(config)
      await second.fit(x, y, { ...options, callbacks: [...callbacks({}), backupAndRestore({ path })] })
      t.deepEqual(bits(second), bits(alone), `${at}, epoch ${epoch}`)
    }
  })
}

test('a resumed run refuses callbacks that were made with other options', async (t) => {
  const path = join(await folder(t), 'run.safetensors')
  const run = (stopping: Callback, plateau: Callback, signal?: AbortSignal) =>
    new Network(config).fit(x, y, {
      epochs: 3,
      callbacks: [
        stopping,
        plateau,
        { name: 'stop', onEpochEnd: () => void (signal && controller.abort()) },
        backupAndRestore({ path }),
      ],
      ...(signal && { signal }),
    })
  const controller = new AbortController()
  const stopping = (patience: number) => earlyStopping({ monitor: 'loss', patience })
  const plateau = (factor: number) => reduceLROnPlateau({ monitor: 'loss', factor })
  t.is(await codeOf(run(stopping(3), plateau(0.1), controller.signal)), 'ERR_ABORTED')
  const error = await t.throwsAsync(() => run(stopping(1), plateau(0.1)), refused)
  t.regex(String(error?.message), /callbacks was .*"patience":3.*is .*"patience":1/)
  await t.throwsAsync(() => run(stopping(3), plateau(0.9)), refused)
  await t.notThrowsAsync(() => run(stopping(3), plateau(0.1)))
})

test('a damaged checkpoint is refused, and leaves the network as it was', async (t) => {
  const path = join(await folder(t), 'run.safetensors')
  const controller = new AbortController()
  const stop: Callback = { name: 'stop', onEpochEnd: () => controller.abort() }
  const first = new Network(config).fit(x, y, {
    epochs: 3,
    signal: controller.signal,
    callbacks: [stop, backupAndRestore({ path })],
  })
  t.is(await codeOf(first), 'ERR_ABORTED')
  const good = await readFile(path)
  const resume = async (bytes: Buffer) => {
    await writeFile(path, bytes)
    const network = new Network(config)
    const before = bits(network)
    const end = network.fit(x, y, { epochs: 3, callbacks: [{ name: 'stop' }, backupAndRestore({ path })] })
    return [await codeOf(end), bits(network), before] as const
  }
  const [, resumed] = await resume(good)
  // Every third byte, each by another bit. What the format itself says of its maker matters to nobody.
  for (let at = 8; at < good.length; at += 3) {
    const bad = Buffer.from(good)
    bad[at] = (bad[at] as number) ^ (1 << (at % 8))
    const [code, weights, before] = await resume(bad)
    if (code === 'no error') t.deepEqual(weights, resumed, `byte ${at}`)
    else t.deepEqual([code, weights], ['ERR_BAD_FILE', before], `byte ${at}`)
  }
})

test('what a run is given by its callbacks is checked', async (t) => {
  const during = (work: (run: TrainingRun) => void) =>
    new Network(config).fit(x, y, { callbacks: [{ onEpochEnd: (_e, _l, run) => work(run) }] })
  await t.throwsAsync(() => during((run) => run.setParameters(new Float32Array(3))), {
    code: 'ERR_LENGTH_MISMATCH',
  })
  await t.throwsAsync(() => during((run) => run.setParameters('x' as never)), refused)
  for (const rate of ['0.5', -1, NaN])
    await t.throwsAsync(() => during((run) => (run.learningRate = rate as number)), refused)
  const shared = earlyStopping({ monitor: 'loss', restoreBestWeights: true, patience: 9 })
  const both = [1, 2].map((seed) =>
    codeOf(new Network({ ...config, seed }).fit(x, y, { epochs: 3, callbacks: [shared] })),
  )
  t.deepEqual((await Promise.all(both)).sort(), ['ERR_INVALID_ARGUMENT', 'no error'])
  const disposed = new Network(config)
  const work = disposed.fit(x, y, { epochs: 3, callbacks: [{ onEpochEnd: () => disposed.dispose() }] })
  t.is(await codeOf(work), 'no error')
  t.is((await disposed.predict(x)).length, 400)
})

test('a source that hangs can be stopped', async (t) => {
  const hanging = async function* (): AsyncGenerator<RowBatch> {
    yield { x, y }
    await new Promise(() => undefined)
  }
  const signal = AbortSignal.timeout(50)
  t.is(await codeOf(new Network(config).fit(hanging, { signal })), 'ERR_ABORTED')
  await t.throwsAsync(() => new Network(config).fit(() => [{ x, y }], { bufferRows: 2 ** 40 }), {
    code: 'ERR_OUT_OF_MEMORY',
  })
})

test('the schedule of a source goes on across fits, or is refused where nobody knows how far it is', async (t) => {
  const options = {
    shuffle: false,
    optimizer: sgd({ learningRate: 0.5, schedule: exponentialDecay({ factor: 0.9 }) }),
  }
  const source = () => [{ x, y }]
  const whole = new Network(config)
  await whole.fit(source, { ...options, epochs: 4 })
  const parts = new Network(config)
  await parts.fit(source, { ...options, epochs: 2 })
  await parts.fit(source, { ...options, epochs: 4, initialEpoch: 2 })
  t.deepEqual(bits(parts), bits(whole))
  await t.throwsAsync(
    () => new Network(config).fit(source, { ...options, epochs: 4, initialEpoch: 2 }),
    refused,
  )
})

test('a saved network must have the shapes of its layers', async (t) => {
  const path = join(await folder(t), 'n.st')
  await new Network({ ...config, layers: [dense(4), dense(2)] }).save(path)
  const bytes = await readFile(path)
  const at = bytes.indexOf('"shape":[2,4]')
  bytes.write('"shape":[4,2]', at)
  await writeFile(path, bytes)
  await t.throwsAsync(() => Network.load(path), { code: 'ERR_BAD_FILE', message: /shape/ })
})

test('a log that is gone on with begins on a line of its own', async (t) => {
  const path = join(await folder(t), 'log.csv')
  await writeFile(path, 'epoch,loss\n0,0.5\n1,0.')
  await new Network(config).fit(x, y, { epochs: 1, callbacks: [csvLogger(path, { append: true })] })
  const lines = (await readFile(path, 'utf8')).trim().split('\n')
  t.deepEqual(lines.slice(0, 2), ['epoch,loss', '0,0.5'])
  t.is(lines.length, 3)
})

test('what a file claims is compared before anything is allocated by it', async (t) => {
  const path = join(await folder(t), 'n.st')
  await new Network({ ...config, layers: [dense(4), dense(2)] }).save(path)
  const bytes = await readFile(path, 'latin1')
  // The same length, so that the header stays what it is.
  const claimed = bytes
    .replace('\\"inputs\\":2,', '\\"inputs\\":9,')
    .replace('\\"units\\":4,', '\\"units\\":8,')
  t.not(claimed, bytes)
  await writeFile(path, claimed, 'latin1')
  await t.throwsAsync(() => Network.load(path), {
    code: 'ERR_BAD_FILE',
    message: /must have the shape \[9,8\]/,
  })
})

test('an aborted signal ends a hanging source, and leaves no listener behind', async (t) => {
  const controller = new AbortController()
  const hanging = async function* (): AsyncGenerator<RowBatch> {
    await new Promise(() => undefined)
    yield { x, y }
  }
  const fit = new Network(config).fit(hanging, {
    signal: controller.signal,
    callbacks: [{ onEpochBegin: () => controller.abort() }],
  })
  t.is(await codeOf(fit), 'ERR_ABORTED')
  const quiet = new AbortController()
  const p = plan({ seed: 1, tensors: [{ name: 'a', shape: [3], init: 'zeros' }] })
  for (let i = 0; i < 5; i++) for await (const _ of p.tensorsAsync({ signal: quiet.signal }));
  t.is(getEventListeners(quiet.signal, 'abort').length, 0)
})

test('the schedule of partialFit counts the batches of all passes', async (t) => {
  const schedule = exponentialDecay({ factor: 0.5 })
  const optimizer = sgd({ learningRate: 0.5, schedule })
  const pieces = new Network(config)
  await pieces.partialFit(x.subarray(0, 320), y.subarray(0, 160), { batchSize: 16, optimizer })
  await pieces.partialFit(x.subarray(320), y.subarray(160), { batchSize: 40, optimizer })
  const steps = new Network(config)
  const rates = (count: number, from: number) => Array.from({ length: count }, (_, i) => 0.5 ** (from + i))
  for (const [from, to, batchSize, before] of [
    [0, 160, 16, 0],
    [160, 200, 40, 10],
  ] as const) {
    const table = tableRate(rates(11, before))
    await steps.fit(x.subarray(2 * from, 2 * to), y.subarray(from, to), {
      batchSize,
      shuffle: false,
      optimizer: sgd({ learningRate: 0.5, schedule: table }),
    })
  }
  t.deepEqual(bits(pieces), bits(steps))
})

test('a resumed stream refuses other weights of its classes; a callback’s state comes back as it was', async (t) => {
  const path = join(await folder(t), 'run.safetensors')
  const kept: unknown[] = []
  const state = { number: '12', list: [NaN, -Infinity, '#x'], nested: { number: 'x' } }
  const run = (classWeight: Record<number, number>, signal?: AbortSignal) =>
    new Network(config).fit(() => [{ x, y }], {
      epochs: 3,
      classWeight,
      callbacks: [
        {
          name: 'mine',
          getState: () => ({ values: state }),
          setState: ({ values }) => void kept.push(values),
        },
        backupAndRestore({ path }),
      ],
      ...(signal && { signal }),
    })
  const controller = new AbortController()
  const first = new Network(config).fit(() => [{ x, y }], {
    epochs: 3,
    classWeight: { 1: 2 },
    signal: controller.signal,
    callbacks: [
      { name: 'mine', getState: () => ({ values: state }), onEpochEnd: () => controller.abort() },
      backupAndRestore({ path }),
    ],
  })
  t.is(await codeOf(first), 'ERR_ABORTED')
  const error = await t.throwsAsync(() => run({ 1: 3 }), refused)
  t.regex(String(error?.message), /classWeight was/)
  await run({ 1: 2 })
  t.deepEqual(kept, [state])
})

test('progress ends where the run did', async (t) => {
  const seen: Progress[] = []
  await new Network(config).fit(x, y, {
    epochs: 50,
    batchSize: 50,
    callbacks: [{ onEpochEnd: (epoch, _, run) => void (epoch === 1 && run.stop()) }],
    onProgress: (report) => seen.push({ ...report }),
  })
  t.like(seen.at(-1), { done: 8, total: 200 })
})
