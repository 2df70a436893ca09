import test from 'ava'
import {
  compareInitializers,
  dense,
  earlyStopping,
  restarts,
  sgd,
  type NetworkConfig,
  type Batch,
  type Json,
  type RestartOptions,
  type Run,
  type Runner,
} from 'symbreak'
import { codeOf, x, y } from './support/toy.js'

const config: Omit<NetworkConfig, 'seed'> = {
  inputs: 2,
  layers: [dense(8, { activation: 'tanh' }), dense(2)],
  loss: 'softmaxCrossEntropy',
}
const data = { x: x.subarray(0, 320), y: y.subarray(0, 160), xTest: x.subarray(320), yTest: y.subarray(160) }
const options: RestartOptions = {
  seeds: 6,
  fit: { epochs: 8, batchSize: 20, optimizer: sgd({ learningRate: 0.3 }) },
}

test('a report has a row a seed and summaries of their metrics', async (t) => {
  const { runs, summary, failed, successRate } = await restarts(config, data, { ...options, threshold: 0.7 })
  t.deepEqual(
    runs.map((run) => run.seed),
    ['0', '1', '2', '3', '4', '5'],
  )
  t.is(failed, 0)
  t.deepEqual(Object.keys(runs[0]?.metrics ?? {}).slice(0, 4), [
    'loss',
    'accuracy',
    'trainLoss',
    'distinctUnits',
  ])
  const accuracies = runs.map((run) => run.metrics['accuracy'] as number)
  const mean = accuracies.reduce((sum, value) => sum + value, 0) / 6
  t.true(Math.abs((summary['accuracy']?.mean as number) - mean) < 1e-12)
  t.is(summary['accuracy']?.min, Math.min(...accuracies))
  t.is(successRate, accuracies.filter((value) => value >= 0.7).length / 6)
  t.is(summary['distinctUnits']?.mean, 8)
})

test('the report does not depend on how many networks train at once', async (t) => {
  const all = { ...options, initializers: ['zeros', 'glorotUniform', 'orthogonal'] }
  const one = JSON.stringify(await compareInitializers(config, data, { ...all, parallel: 1 }))
  const four = JSON.stringify(await compareInitializers(config, data, { ...all, parallel: 4 }))
  t.is(four, one)
})

test('a start of equal weights keeps one hidden unit, to the bit', async (t) => {
  const { entries, pairs } = await compareInitializers(config, data, {
    ...options,
    initializers: ['zeros', { class_name: 'Constant', config: { value: 0.5 } }, 'glorotUniform'],
  })
  t.deepEqual(
    entries.map(({ report }) => report.summary['distinctUnits']?.max),
    [1, 1, 8],
  )
  t.deepEqual(
    entries.map(({ initializer }) => (initializer as { class_name: string }).class_name),
    ['Zeros', 'Constant', 'GlorotUniform'],
  )
  const accuracy = pairs.filter((pair) => pair.metric === 'accuracy')
  t.deepEqual(
    accuracy.map(({ a, b }) => [a, b]),
    [
      [0, 1],
      [0, 2],
      [1, 2],
    ],
  )
  const [zeros, glorot] = [entries[0], entries[2]].map(
    (entry) => entry?.report.runs.map((run) => run.metrics['accuracy'] as number) as number[],
  )
  const difference = zeros?.reduce((sum, value, i) => sum + value - (glorot?.[i] as number), 0) as number
  t.true(Math.abs((accuracy[1]?.meanDifference as number) - difference / 6) < 1e-12)
})

test('a run that fails is a row; wrong options are errors', async (t) => {
  const wild = { seeds: [3n, 4], fit: { epochs: 40, optimizer: sgd({ learningRate: 1e30 }) } }
  const squares = { ...config, loss: 'meanSquaredError' } as const
  const report = await restarts(squares, { x, y: new Float32Array(400).fill(1) }, wild)
  t.deepEqual(
    report.runs.map(({ seed, status, metrics }) => ({ seed, status, metrics })),
    [
      { seed: '3', status: 'failed', metrics: {} },
      { seed: '4', status: 'failed', metrics: {} },
    ],
  )
  t.regex(String((report.runs[0] as Run).error), /finite|NaN|infinit/)
  t.deepEqual(report.summary, {})
  t.is(report.failed, 2)
  const wrong: [Partial<Record<keyof RestartOptions, unknown>>, string][] = [
    [{ seeds: 0 }, 'ERR_INVALID_ARGUMENT'],
    [{ seeds: [] }, 'ERR_INVALID_ARGUMENT'],
    [{ seeds: [1, 1n] }, 'ERR_INVALID_ARGUMENT'],
    [{ seeds: [-1] }, 'ERR_INVALID_SEED'],
    [{ fit: { epoch: 1 } }, 'ERR_INVALID_ARGUMENT'],
    [{ fit: { callbacks: [earlyStopping()] } }, 'ERR_INVALID_ARGUMENT'],
    [{ parallel: 0 }, 'ERR_INVALID_ARGUMENT'],
  ]
  for (const [part, code] of wrong)
    t.is(await codeOf(restarts(config, data, { ...options, ...part } as RestartOptions)), code)
  t.is(await codeOf(restarts(config, { x, y, xTest: x }, options)), 'ERR_INVALID_ARGUMENT')
  t.is(
    await codeOf(compareInitializers(config, data, { ...options, initializers: ['henormall'] })),
    'ERR_UNKNOWN_INITIALIZER',
  )
})

test('each network can have callbacks of its own; the signal stops all', async (t) => {
  const own = (): RestartOptions['fit'] => ({
    epochs: 50,
    batchSize: 20,
    callbacks: [earlyStopping({ monitor: 'accuracy', patience: 1 })],
  })
  const seen: bigint[] = []
  const fit = (seed: bigint) => {
    seen.push(seed)
    return own() as Exclude<RestartOptions['fit'], undefined | ((seed: bigint) => unknown)>
  }
  t.is((await restarts(config, data, { seeds: [5, 9], fit, parallel: 2 })).failed, 0)
  t.deepEqual(seen.slice(-2), [5n, 9n])
  const controller = new AbortController()
  setTimeout(() => controller.abort(), 30)
  t.is(
    await codeOf(restarts(config, data, { ...options, seeds: 1000, signal: controller.signal })),
    'ERR_ABORTED',
  )
})

test('what a result depends on is told to a runner, and nothing else', async (t) => {
  /** What tells the run of one network with these options. */
  const itemOf = async (fit: ReturnType<Extract<RestartOptions['fit'], (seed: bigint) => unknown>>) => {
    const items: string[] = []
    const runner: Runner = {
      run<R extends Json>(batch: Batch<R>) {
        items.push(JSON.stringify(batch.items))
        return Promise.resolve([])
      },
    }
    await restarts(config, data, { seeds: 1, runner, fit: () => fit })
    return items[0] as string
  }
  const rows = [data.xTest, data.yTest] as const
  const other = [data.xTest.map((value) => value + 1), data.yTest] as const
  const distinct = [
    {},
    { optimizer: sgd({ learningRate: 0.5 }) },
    { callbacks: [earlyStopping({ monitor: 'loss', patience: 1 })] },
    { callbacks: [earlyStopping({ monitor: 'loss', patience: 50 })] },
    { classWeight: new Map([[1, 9]]) as never },
    { classWeight: new Map([[1, 8]]) as never },
    { sampleWeight: new Float32Array(160).fill(1) },
    { sampleWeight: new Float32Array(160).fill(2) },
    { validationData: rows },
    { validationData: other },
    { epochs: 3 },
  ]
  const items = await Promise.all(distinct.map(itemOf))
  t.is(new Set(items).size, distinct.length)
  const same = [{ engine: 'js' as const }, { threads: 2 }, { optimizer: 'sgd' as const }]
  for (const fit of same) t.is(await itemOf(fit), items[0] as string)
  const [x, y] = rows
  t.is(await itemOf({ classWeight: { 1: 9 } }), items[4] as string)
  t.is(await itemOf({ validationData: { x, y } }), items[8] as string)
})

test('a signal and progress of a single network are refused', async (t) => {
  const { signal } = new AbortController()
  for (const fit of [{ signal }, { onProgress: () => undefined }] as object[])
    t.is(await codeOf(restarts(config, data, { seeds: 1, fit })), 'ERR_INVALID_ARGUMENT')
})

test('each network is trained once where nobody asks for progress', async (t) => {
  const begun: bigint[] = []
  const fit = (seed: bigint) => ({ callbacks: [{ onTrainBegin: () => void begun.push(seed) }] })
  await restarts(config, data, { seeds: 7, fit })
  t.deepEqual(
    begun.toSorted((a, b) => Number(a - b)),
    [0n, 1n, 2n, 3n, 4n, 5n, 6n],
  )
})
