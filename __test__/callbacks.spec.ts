import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import {
  csvLogger,
  earlyStopping,
  jsonlLogger,
  learningRateScheduler,
  modelCheckpoint,
  Network,
  reduceLROnPlateau,
  sgd,
  tableRate,
  terminateOnNaN,
  type Callback,
  type FitOptions,
  type Logs,
} from 'symbreak'
import { folder } from './support/folder.js'
import { bits, codeOf, config, x, y } from './support/toy.js'

const fit: FitOptions = { epochs: 5, batchSize: 50, optimizer: sgd({ learningRate: 0.1 }) }

/** Feeds a callback the given values of a metric by running epochs whose logs it replaces. */
async function feed(callback: Callback, metric: string, values: number[]) {
  const net = new Network(config)
  const rates: number[] = []
  const weights: Record<string, string>[] = []
  const forged: Callback = {
    ...callback,
    onTrainBegin: (run) => callback.onTrainBegin?.(run),
    onTrainEnd: (run) => callback.onTrainEnd?.(run),
    async onEpochEnd(epoch, _logs: Logs, run) {
      weights.push(bits(run.network))
      await callback.onEpochEnd?.(epoch, { [metric]: values[epoch] as number }, run)
      rates.push(run.learningRate)
    },
  }
  const { epoch } = await net.fit(x, y, { ...fit, epochs: values.length, callbacks: [forged] })
  return { epochs: epoch.length, rates, weights, net }
}

test('hooks are called in order, asynchronous ones are awaited', async (t) => {
  const calls: string[] = []
  const spy: Callback = {
    onTrainBegin: () => void calls.push('begin'),
    onEpochBegin: async (epoch) => {
      await Promise.resolve()
      calls.push(`epoch ${epoch}`)
    },
    onEpochEnd: (epoch, logs, run) => {
      calls.push(`end ${epoch} ${Object.keys(logs).join('+')} ${run.history.epoch.length}`)
      if (epoch === 1) run.stop()
    },
    onTrainEnd: (run) => void calls.push(run.outcome),
  }
  const { epoch } = await new Network(config).fit(x, y, { ...fit, callbacks: [spy] })
  t.deepEqual(calls, [
    'begin',
    'epoch 0',
    'end 0 loss+accuracy 1',
    'epoch 1',
    'end 1 loss+accuracy 2',
    'stopped',
  ])
  t.deepEqual(epoch, [0, 1])
})

test('a callback that throws stops the run with its own error, and the others hear of it', async (t) => {
  const own = new Error('mine')
  const outcomes: string[] = []
  const net = new Network(config)
  const throwing: Callback = {
    onEpochEnd() {
      throw own
    },
  }
  const error = await t.throwsAsync(
    net.fit(x, y, {
      ...fit,
      callbacks: [{ onTrainEnd: (run) => void outcomes.push(run.outcome) }, throwing],
    }),
  )
  t.is(error, own)
  t.deepEqual(outcomes, ['failed'])
  t.is((await net.fit(x, y, { ...fit, epochs: 1 })).epoch.length, 1)
})

test('earlyStopping waits for its patience and gives back the best weights', async (t) => {
  const stopped = await feed(
    earlyStopping({ monitor: 'val_loss', patience: 2, restoreBestWeights: true }),
    'val_loss',
    [3, 1, 2, 1, 0],
  )
  t.is(stopped.epochs, 4)
  t.deepEqual(bits(stopped.net), stopped.weights[1])
  t.is(
    (await feed(earlyStopping({ monitor: 'accuracy', patience: 1 }), 'accuracy', [0.1, 0.2, 0.15, 0.3]))
      .epochs,
    3,
  )
  t.is(
    (await feed(earlyStopping({ monitor: 'loss', minDelta: 0.5, patience: 2 }), 'loss', [3, 2.8, 2.6, 0]))
      .epochs,
    3,
  )
  t.is(
    (await feed(earlyStopping({ monitor: 'loss', baseline: 1, patience: 2 }), 'loss', [3, 2.5, 2, 1.5]))
      .epochs,
    4,
  )
  t.is((await feed(earlyStopping({ monitor: 'loss', startFromEpoch: 2 }), 'loss', [1, 2, 3, 4, 0])).epochs, 4)
  const error = await t.throwsAsync(new Network(config).fit(x, y, { ...fit, callbacks: [earlyStopping()] }))
  t.regex(String(error?.message), /"val_loss" is not measured: this run has loss, accuracy/)
})

test('what a callback can never be told is refused before the first batch', async (t) => {
  const where = await folder(t)
  const refused: [Callback, RegExp][] = [
    [earlyStopping(), /"val_loss" is not measured: this run has loss, accuracy/],
    [reduceLROnPlateau({ monitor: 'f1' }), /"f1" is not measured/],
    [modelCheckpoint({ path: join(where, 'a'), saveBestOnly: true }), /"val_loss" is not measured/],
    [modelCheckpoint({ path: join(where, '{f1}') }), /epoch and of loss, accuracy, got "\{f1\}"/],
    [modelCheckpoint({ path: join(where, '{loss:.2q}') }), /fields such as .* got "\{loss:\.2q\}"/],
  ]
  for (const [callback, message] of refused) {
    const network = new Network(config)
    const fitted = network.fit(x, y, { ...fit, callbacks: [callback] })
    const error = await t.throwsAsync(fitted, { code: 'ERR_INVALID_ARGUMENT' } as object)
    t.regex(String(error?.message), message)
    t.deepEqual(bits(network), bits(new Network(config)))
  }
  const watched = [earlyStopping({ patience: 9 })]
  await t.notThrowsAsync(new Network(config).fit(x, y, { ...fit, validationSplit: 0.5, callbacks: watched }))
  t.deepEqual(await readdir(where), [])
})

test('a loss that is no number of JSON is written as a string', async (t) => {
  const path = join(await folder(t), 'log')
  const logger = jsonlLogger(path)
  const forged: Callback = {
    onTrainBegin: (run) => logger.onTrainBegin?.(run),
    onEpochEnd: (epoch, _, run) => logger.onEpochEnd?.(epoch, { loss: Infinity, accuracy: 0.5 }, run),
    onTrainEnd: (run) => logger.onTrainEnd?.(run),
  }
  await new Network(config).fit(x, y, { ...fit, epochs: 1, callbacks: [forged] })
  t.is(await readFile(path, 'utf8'), '{"epoch":0,"loss":"Infinity","accuracy":0.5}\n')
})

test('reduceLROnPlateau lowers the rate, cools down and stops at the floor', async (t) => {
  const slow = reduceLROnPlateau({ monitor: 'loss', factor: 0.5, patience: 2, minLearningRate: 0.04 })
  t.deepEqual((await feed(slow, 'loss', [1, 1, 1, 1, 1, 1])).rates, [0.1, 0.1, 0.05, 0.05, 0.04, 0.04])
  const cooled = reduceLROnPlateau({ monitor: 'loss', factor: 0.5, patience: 1, cooldown: 2 })
  t.deepEqual((await feed(cooled, 'loss', [1, 1, 1, 1, 1])).rates, [0.1, 0.05, 0.05, 0.025, 0.025])
})

test('schedules and learningRateScheduler make the same run', async (t) => {
  const table = new Network(config)
  const called = new Network(config)
  const rates = [1, 0.5, 0.25, 2, 0]
  await table.fit(x, y, {
    ...fit,
    optimizer: sgd({ learningRate: 0.1, schedule: tableRate(rates, { unit: 'epoch' }) }),
  })
  await called.fit(x, y, {
    ...fit,
    callbacks: [learningRateScheduler((epoch) => 0.1 * (rates[epoch] as number))],
  })
  t.deepEqual(bits(called), bits(table))
})

test('loggers write a row an epoch, and append', async (t) => {
  const path = await folder(t)
  const files = [join(path, 'log.csv'), join(path, 'log.jsonl')] as const
  const { history } = await new Network(config).fit(x, y, {
    ...fit,
    epochs: 2,
    callbacks: [csvLogger(files[0]), jsonlLogger(files[1])],
  })
  const rows = (await readFile(files[0], 'utf8')).trim().split('\n')
  t.is(rows[0], 'epoch,loss,accuracy')
  t.deepEqual(rows[2]?.split(',').map(Number), [1, history.loss[1], history['accuracy']?.[1]])
  const lines = (await readFile(files[1], 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Logs)
  t.deepEqual(lines[0], { epoch: 0, loss: history.loss[0], accuracy: history['accuracy']?.[0] })
  await new Network(config).fit(x, y, {
    ...fit,
    epochs: 1,
    callbacks: [csvLogger(files[0], { append: true }), jsonlLogger(files[1])],
  })
  t.is((await readFile(files[0], 'utf8')).trim().split('\n').length, 4)
  t.is((await readFile(files[1], 'utf8')).trim().split('\n').length, 1)
  t.is(
    await codeOf(new Network(config).fit(x, y, { ...fit, callbacks: [csvLogger(join(path, 'no', 'x'))] })),
    'ERR_IO',
  )
})

test('modelCheckpoint fills in the name and keeps the best', async (t) => {
  const path = await folder(t)
  const every = modelCheckpoint({ path: join(path, 'net-{epoch:02d}-{loss:.3f}.safetensors'), every: 2 })
  const best = modelCheckpoint({ path: join(path, 'best.safetensors'), saveBestOnly: true, monitor: 'loss' })
  const net = new Network(config)
  const { history } = await net.fit(x, y, { ...fit, epochs: 4, callbacks: [every, best] })
  const names = [2, 4].map((epoch) => `net-0${epoch}-${history.loss[epoch - 1]?.toFixed(3)}.safetensors`)
  t.deepEqual((await readdir(path)).sort(), ['best.safetensors', ...names])
  t.deepEqual(bits(await Network.load(join(path, names[1] as string))), bits(net))
})

test('a loss that is not finite is an error, or with terminateOnNaN the end', async (t) => {
  const wild: FitOptions = { epochs: 50, batchSize: 50, optimizer: sgd({ learningRate: 1e30 }) }
  const huge = { ...config, loss: 'meanSquaredError' } as const
  const targets = new Float32Array(400).fill(1)
  const error = await t.throwsAsync(new Network(huge).fit(x, targets, wild))
  t.regex(String(error?.message), /finite|NaN|infinit/)
  const { epoch } = await new Network(huge).fit(x, targets, { ...wild, callbacks: [terminateOnNaN()] })
  t.true(epoch.length < 50)
})
