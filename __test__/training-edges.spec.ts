/** The ends of training: stops, resumes, sources that are left, rows that are not what they seem. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'
import {
  adam,
  backupAndRestore,
  compareInitializers,
  csvLogger,
  dense,
  earlyStopping,
  Network,
  normal,
  restarts,
  sgd,
  type Callback,
  type Optimizer,
} from 'symbreak'
import { folder } from './support/folder.js'
import { rounds } from './support/rounds.js'
import { bits, codeOf, config, x, y } from './support/toy.js'

const run = promisify(execFile)
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

const dead: Callback = {
  name: 'upload',
  onTrainEnd() {
    throw new Error('killed here')
  },
}

test('a run that was stopped early and then fell over stays stopped', async (t) => {
  const path = join(await folder(t), 'backup')
  const stopping = () => earlyStopping({ patience: 1, monitor: 'loss', minDelta: 1e9 })
  const fit = (network: Network, ...more: Callback[]) =>
    network.fit(x, y, { epochs: 9, callbacks: [stopping(), ...more] })
  const alone = new Network(config)
  const history = await fit(alone, { name: 'upload' })
  const first = new Network(config)
  await t.throwsAsync(fit(first, dead, backupAndRestore({ path })), { message: 'killed here' })
  const second = new Network(config)
  const again = await fit(second, { name: 'upload' }, backupAndRestore({ path }))
  t.deepEqual(again, history)
  t.true(history.epoch.length < 9)
  t.deepEqual(bits(second), bits(alone))
  await t.throwsAsync(readFile(path), { code: 'ENOENT' })
})

test('a source is left at its next batch', async (t) => {
  let [asked, closed] = [0, false]
  async function* endless() {
    try {
      for (;;) {
        asked++
        await new Promise((resolve) => setTimeout(resolve, 2))
        yield { x: x.slice(0, 20), y: y.slice(0, 10) }
      }
    } finally {
      closed = true
    }
  }
  const signal = AbortSignal.timeout(60)
  const fit = new Network(config).fit(endless, { bufferRows: 1e6, signal })
  t.is(await codeOf(fit), 'ERR_ABORTED')
  const then = asked
  await new Promise((resolve) => setTimeout(resolve, 100))
  t.true(asked <= then + 1, `${asked} batches, ${then} at the end`)
  t.true(closed)
  closed = false
  const stop: Callback = { onBatches: (training) => training.stop() }
  await new Network(config).fit(endless, { bufferRows: 64, epochs: 5, callbacks: [stop] })
  t.true(closed)
})

test('the weights of classes are of what is learned, not of what is measured', async (t) => {
  const held = { x: x.slice(300), y: y.slice(150) }
  const classWeight = { 0: 10, 1: 0.1 }
  const losses = async (options: object, rows: number) => {
    const network = new Network(config)
    const { history } = await network.fit(x.slice(0, 2 * rows), y.slice(0, rows), {
      epochs: 2,
      classWeight,
      ...options,
    })
    return [history.loss, history['val_loss']]
  }
  t.deepEqual(await losses({ validationSplit: 0.25 }, 200), await losses({ validationData: held }, 150))
})

test('a log that was moved or cut goes on with whole rows', async (t) => {
  const inFolder = await folder(t)
  const [path, log, other] = ['backup', 'a.csv', 'b.csv'].map((name) => join(inFolder, name)) as [
    string,
    string,
    string,
  ]
  const stopAt: Callback = {
    onEpochEnd(epoch) {
      if (epoch === 2) throw new Error('stop')
    },
  }
  const named = (name: string, callback: Callback): Callback => Object.assign(callback, { name })
  const fit = (file: string, last: Callback) =>
    new Network(config).fit(x, y, {
      epochs: 4,
      callbacks: [csvLogger(file), named('last', last), backupAndRestore({ path })],
    })
  await t.throwsAsync(fit(log, stopAt), { message: 'stop' })
  await fit(other, {})
  const text = await readFile(other, 'utf8')
  t.regex(text, /^epoch,loss,accuracy\n2,\S+\n3,\S+\n$/)
})

test('shapes say where the rows are', async (t) => {
  const network = new Network({ inputs: 3, layers: [dense(2)], loss: 'meanSquaredError', seed: 1 })
  const data = new Float32Array(600)
  const targets = new Float32Array(400)
  const rows = { data, shape: [200, 3] }
  for (const [first, second] of [
    [{ data, shape: [3, 200] }, targets],
    [rows, { data: targets, shape: [2, 200] }],
  ] as const)
    t.is(await codeOf(network.fit(first, second)), 'ERR_INVALID_SHAPE')
  for (const shape of [[200, 3], [200, 3, 1], [600]]) await network.fit({ data, shape }, targets)
  await network.fit(rows, { data: targets, shape: [200, 2] })
  t.is((await network.predict({ data, shape: [200, 1, 3] })).length, 400)
})

test('an optimizer goes on where the last fit ended', async (t) => {
  const whole = new Network(config)
  await whole.fit(x, y, { epochs: 4, optimizer: adam() })
  const parts = new Network(config)
  await parts.fit(x, y, { epochs: 2, optimizer: adam() })
  await parts.fit(x, y, { epochs: 4, initialEpoch: 2, optimizer: adam() })
  t.deepEqual(bits(parts), bits(whole))
  const fresh = new Network(config)
  await fresh.fit(x, y, { epochs: 2, optimizer: adam() })
  fresh.dispose()
  await fresh.fit(x, y, { epochs: 4, initialEpoch: 2, optimizer: adam() })
  t.notDeepEqual(bits(fresh), bits(whole))
})

test('the commonest mistakes are told by name', async (t) => {
  const network = new Network(config)
  const table = [[1, 2]] as never
  for (const [call, message] of [
    [network.fit(table, [0] as never), /x must be a Float32Array/],
    [network.predict(table), /x must be a Float32Array/],
    [network.fit(x, undefined as never), /y must be an Int32Array/],
    [restarts(config, { x, y }, {} as never), /seeds must be a number of them/],
    [restarts(config, { x, y }, { seeds: 1, fit: (() => 3) as never }), /what fit returns/],
    [
      compareInitializers(undefined as never, { x, y }, { initializers: ['ones'], seeds: 1, fit: {} }),
      /config must be an object/,
    ],
  ] as const) {
    const error = await t.throwsAsync(call as Promise<unknown>)
    t.is((error as { code?: string } | undefined)?.code, 'ERR_INVALID_ARGUMENT', error?.message)
    t.regex(error?.message ?? '', message)
  }
  const { runs } = await restarts(config, { x, y }, { seeds: 1, fit: (() => undefined) as never })
  t.is(runs[0]?.status, 'ok')
})

test('columns far from zero are standardized before they are rounded', async (t) => {
  const path = join(await folder(t), 'time.csv')
  const rows = Array.from({ length: 200 }, (_, i) => `${1_700_000_000 + i},${Number(i >= 100)}`)
  await writeFile(path, `time,label\n${rows.join('\n')}\n`)
  const args = ['train', path, '--standardize', '--shuffle-rows', '--hidden', '', '--epochs', '300', '--json']
  const { stdout } = await run(process.execPath, [main, ...args])
  t.true((JSON.parse(stdout.trim().split('\n').at(-1) as string) as { accuracy: number }).accuracy > 0.95)
})

test('tables of every dialect are read, or refused by what is wrong with them', async (t) => {
  const inFolder = await folder(t)
  const train = async (text: string, ...more: string[]) => {
    const path = join(inFolder, 'table.csv')
    await writeFile(path, text)
    const args = ['train', path, '--epochs', '1', '--json', ...more]
    return run(process.execPath, [main, ...args]).then(
      ({ stdout }) => JSON.parse(stdout.trim().split('\n').at(-1) as string) as { loss: number },
      ({ code, stderr }: { code: number; stderr: string }) => `${code} ${stderr}`,
    )
  }
  const table = (separator: string) =>
    ['a;b;label', ...Array.from({ length: 40 }, (_, i) => `${i};${i % 3};${i % 2}`)]
      .join('\n')
      .replaceAll(';', separator)
  const expected = await train(table(','))
  for (const separator of [';', '\t', '|']) t.is(loss(await train(table(separator))), loss(expected))
  const bare = table(',').split('\n').slice(1).join('\n')
  t.regex(String(await train(bare)), /^2 .*begins with numbers: say --header/)
  t.is(loss(await train(bare, '--no-header')), loss(expected))
  const counted = table(',').replace('a,b,label', '0,1,2')
  t.is(loss(await train(counted)), loss(expected))
  const years = table(',').replace('a,b,label', '2001,2002,2003')
  t.is(loss(await train(years, '--header')), loss(expected))
  const odd = table(';').replace('a;b;label', '\na, or so;"b;b";label')
  t.is(loss(await train(odd)), loss(expected))
  t.regex(String(await train('a\n1\n2\n')), /^2 .*has one column, "a"/)
  t.regex(String(await train('a,b\n1,0\n1,2,3\n')), /^2 .*table\.csv: /)
})

function loss(result: { loss: number } | string): number | string {
  return typeof result === 'string' ? result : result.loss
}

test('a network that cannot be saved is not trained, and its checkpoint stays', async (t) => {
  const inFolder = await folder(t)
  const path = join(inFolder, 'table.csv')
  await writeFile(path, `a,label\n${Array.from({ length: 40 }, (_, i) => `${i},${i % 2}`).join('\n')}\n`)
  const save = join(inFolder, 'nowhere', 'x.safetensors')
  const missing = run(process.execPath, [main, 'train', path, '--save', save])
  const error = await t.throwsAsync(missing)
  t.regex((error as { stderr?: string } | undefined)?.stderr ?? '', /^symbreak: cannot write/)
  // A folder in the file's place fails at the end alone.
  const args = ['train', path, '--epochs', '2', '--save', inFolder, '--checkpoint', join(inFolder, 'backup')]
  await t.throwsAsync(run(process.execPath, [main, ...args]))
  t.true((await readFile(join(inFolder, 'backup'))).length > 0)
})

for (const engine of ['native', 'js'] as const) {
  test(`${engine}: an optimizer's state is that of the last run of its rule, whatever came between`, async (t) => {
    const start = async () => {
      const network = new Network({ ...config, engine })
      await network.fit(x, y, { epochs: 1, optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }) })
      return network
    }
    const next = (learningRate: number) => ({
      epochs: 2,
      initialEpoch: 1,
      optimizer: sgd({ learningRate, momentum: 0.9 }),
    })
    // A rate may change.
    const [slower, afresh] = [await start(), await start()]
    await slower.fit(x, y, next(0.01))
    afresh.dispose()
    await afresh.fit(x, y, next(0.01))
    t.notDeepEqual(bits(slower), bits(afresh))
    // A run that never began has changed nothing.
    const stopped = await start()
    const other = { epochs: 2, initialEpoch: 1, optimizer: adam() }
    t.is(await codeOf(stopped.fit(x, y, { ...other, signal: AbortSignal.abort() })), 'ERR_ABORTED')
    const throwing: Callback = {
      onTrainBegin() {
        throw new Error('no')
      },
    }
    await t.throwsAsync(stopped.fit(x, y, { ...other, callbacks: [throwing] }), { message: 'no' })
    await stopped.fit(x, y, next(0.01))
    t.deepEqual(bits(stopped), bits(slower))
    // Another rule starts afresh, and so does a pass by another rule.
    const changed = await start()
    await changed.fit(x, y, other)
    const passes = await start()
    passes.dispose()
    await passes.fit(x, y, other)
    t.deepEqual(bits(changed), bits(passes))
    const mixed = async (between: (network: Network) => void) => {
      const network = new Network({ ...config, engine })
      await network.partialFit(x, y, { optimizer: adam() })
      await network.fit(x, y, { optimizer: sgd({ momentum: 0.9 }) })
      between(network)
      await network.partialFit(x, y, { optimizer: sgd({ momentum: 0.9 }) })
      return bits(network)
    }
    t.deepEqual(await mixed(() => undefined), await mixed((network) => network.dispose()))
  })
}

test('whoever watches a run may be another when it goes on', async (t) => {
  const inFolder = await folder(t)
  const path = join(inFolder, 'backup')
  const controller = new AbortController()
  const whole = new Network(config)
  const best = () => earlyStopping({ monitor: 'loss', patience: 9, restoreBestWeights: true })
  await whole.fit(x, y, { epochs: 5, callbacks: [best()] })
  const first = new Network(config)
  const stopper: Callback = { onEpochEnd: (epoch) => void (epoch === 2 && controller.abort()) }
  const log = csvLogger(join(inFolder, 'a.csv'))
  const stopped = first.fit(x, y, {
    epochs: 5,
    signal: controller.signal,
    callbacks: [log, stopper, best(), backupAndRestore({ path })],
  })
  t.is(await codeOf(stopped), 'ERR_ABORTED')
  const second = new Network(config)
  await second.fit(x, y, { epochs: 5, callbacks: [best(), backupAndRestore({ path })] })
  t.deepEqual(bits(second), bits(whole))
})

test('predictions and evaluations are no longer waited for once they are aborted', async (t) => {
  const network = new Network(config)
  const signal = AbortSignal.abort()
  t.is(await codeOf(network.predict(x, { signal })), 'ERR_ABORTED')
  t.is(await codeOf(network.evaluate(x, y, { signal })), 'ERR_ABORTED')
  const progress: number[] = []
  await network.predict(x, { onProgress: ({ done }) => progress.push(done) })
  await network.partialFit(x, y, { onProgress: ({ done }) => progress.push(done) })
  t.is(progress[0], 1)
  t.true(progress.length > 1)
})

test('options may come from a class, and are no promise', async (t) => {
  class Options {
    get epochs(): number {
      return 3
    }
  }
  const epochs = async (fit: unknown) => {
    const { runs } = await restarts(config, { x, y }, { seeds: 1, fit: fit as never })
    return runs[0]?.metrics['loss']
  }
  const expected = await epochs({ epochs: 3 })
  t.is(await epochs(new Options()), expected)
  t.is(await epochs(() => new Options()), expected)
  await t.throwsAsync(
    epochs(async () => ({ epochs: 3 })),
    { message: /promise/ },
  )
})

test('numbers that single precision takes for infinite are refused by name', async (t) => {
  const refused: [() => unknown, RegExp][] = [
    [
      () => sgd({ learningRate: 1e39 }),
      /learningRate must be a number >= 0, finite in single precision, got 1e\+39/,
    ],
    [() => sgd({ weightDecay: 1e300 }), /weightDecay/],
    [() => sgd({ momentum: 1e39 }), /momentum/],
    [() => adam({ epsilon: 1e39 }), /epsilon/],
    [() => dense(2, { kernelRegularizer: { l2: 1e300 } }), /kernelRegularizer\.l2/],
  ]
  for (const [make, message] of refused) {
    const error = t.throws(make, { code: 'ERR_INVALID_ARGUMENT' } as object)
    t.regex(String(error?.message), message)
  }
  const fit = (options: object) => new Network(config).fit(x, y, options)
  const heavy = new Float32Array(y.length).fill(3e38)
  const weighted = await t.throwsAsync(fit({ sampleWeight: heavy, classWeight: { 0: 10 } }))
  t.regex(String(weighted?.message), /the weight of row 0, of itself times its class,/)
  const classes = await t.throwsAsync(fit({ classWeight: { 1: 1e300 } }))
  t.regex(String(classes?.message), /classWeight\[1\] must be .* finite in single precision/)
})

test('the TypeScript engine lets the event loop come by within a batch', async (t) => {
  const rows = 1000
  const data = normal(rows * 128, { seed: 1 })
  const labels = Int32Array.from({ length: rows }, (_, i) => i % 3)
  const layers = [dense(128, { activation: 'relu' }), dense(3)]
  const made = (engine: 'auto' | 'js', optimizer: Optimizer) => {
    const network = new Network({ inputs: 128, layers, loss: 'softmaxCrossEntropy', seed: 1, engine })
    return [network, network.fit(data, labels, { batchSize: rows, optimizer })] as const
  }
  for (const optimizer of [sgd(), adam()]) {
    const [network, fitted] = made('js', optimizer)
    t.true((await rounds(fitted)) >= 4)
    const [other, done] = made('auto', optimizer)
    await done
    t.deepEqual(bits(other), bits(network))
  }
})
