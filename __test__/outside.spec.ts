/** Training as testers from outside found it: runs that go on, runs that diverge, what is damaged or taken away. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'
import {
  accuracy,
  auc,
  backupAndRestore,
  csvLogger,
  compareInitializers,
  dense,
  earlyStopping,
  exponentialDecay,
  Generator,
  learningRateScheduler,
  modelCheckpoint,
  Network,
  r2,
  reduceLROnPlateau,
  restarts,
  sgd,
  terminateOnNaN,
  writeNpy,
  type Callback,
  type RowBatch,
  type TrainingRun,
} from 'symbreak'
import { bits, codeOf, config, x, y } from './support/toy.js'

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const refused = { code: 'ERR_INVALID_ARGUMENT' }

async function folder(t: { teardown(undo: () => Promise<void>): void }): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'symbreak-outside-'))
  t.teardown(() => rm(path, { recursive: true, force: true }))
  return path
}

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

test('a diverged network is a failed row, never a success', async (t) => {
  const labels = y.map((_, i) => Number(i % 5 === 0))
  const fit = () => ({
    epochs: 3,
    optimizer: sgd({ learningRate: 1e38 }),
    callbacks: [terminateOnNaN()],
  })
  const report = await restarts(config, { x, y: labels }, { seeds: 3, threshold: 0.75, fit })
  t.deepEqual([report.failed, report.successRate], [3, 0])
  t.regex(String(report.runs[0]?.error), /not finite|diverged/)
  const network = new Network(config)
  await network.fit(x, labels, fit())
  for (const engine of ['native', 'js'] as const) {
    const lost = new Network({ ...config, engine })
    lost.setWeights(network.weights)
    t.like(await lost.evaluate(x, labels), { accuracy: 0 }, engine)
  }
  t.is(accuracy(Float32Array.of(NaN, 1, 1, NaN), Uint8Array.of(0, 0)), 0)
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

test('options that mean nothing are refused', async (t) => {
  t.throws(() => sgd({ accumulate: 2 ** 32 }), refused)
  t.throws(() => new Network({ ...config, loss: 'meanSquaredError', labelSmoothing: 0.1 }), refused)
  const weigh = (classWeight: unknown) => new Network(config).fit(x, y, { classWeight: classWeight as never })
  for (const wrong of [{ 2: 1 }, { foo: 1 }, new Map([[5, 1]])])
    await t.throwsAsync(() => weigh(wrong), refused)
  const kernels = await Promise.all(
    [{ 1: 5 }, new Map([[1, 5]])].map(async (classWeight) => {
      const network = new Network(config)
      await network.fit(x, y, { classWeight: classWeight as never })
      return bits(network)
    }),
  )
  t.deepEqual(kernels[0], kernels[1])
  t.throws(() => auc(Float32Array.of(0.1, 0.9), Uint8Array.of(1, 2)), refused)
  t.throws(() => r2(new Float32Array(2), new Float32Array(2), 3), refused)
  t.throws(() => r2(new Float32Array(2), new Float32Array(2), 0), refused)
  t.is(r2(new Float32Array(1000).fill(0.3), new Float32Array(1000).fill(0.1)), 0)
  await t.throwsAsync(
    () => restarts(config, { x, y, xTest: new Float32Array(0), yTest: new Uint8Array(0) }, { seeds: 1 }),
    refused,
  )
})

test('paths of checkpoints take Python’s formats, and no unknown name', async (t) => {
  const where = await folder(t)
  const seen: string[] = []
  const write = async (name: string) => {
    const network = new Network(config)
    network.save = async (path: string) => void seen.push(path.slice(where.length + 1))
    await network.fit(x, y, { epochs: 1, callbacks: [modelCheckpoint({ path: join(where, name) })] })
  }
  await write('{epoch:03}-{epoch:3d}|{loss:.2e}|{loss:8.3f}')
  t.regex(seen[0] as string, /^001- {2}1\|\d\.\d\de[+-]\d\d\| {3}\d\.\d{3}$/)
  await t.throwsAsync(() => write('{foo}'), refused)
})

test('equal values are summarized as what they are', async (t) => {
  const report = await compareInitializers(config, { x: x.subarray(0, 2), y: y.subarray(0, 1) }, {
    initializers: ['zeros', 'zeros'],
    seeds: 3,
    fit: { epochs: 0 },
  } as never)
  for (const { report: each } of report.entries) {
    const { mean, stddev, min, max, ci95Bootstrap } = each.summary['loss'] as never as Record<
      string,
      number
    > & {
      ci95Bootstrap: number[]
    }
    t.deepEqual([mean, stddev, ...ci95Bootstrap], [min, 0, max, max])
  }
})

test('a weighted choice is fair however small the weights', (t) => {
  const counts = [0, 0, 0]
  for (let seed = 0; seed < 300; seed++) {
    const [found = 0] = new Generator(seed).choice(3, 1, {
      replace: false,
      weights: [1e-310, 1e-310, 1e-310],
    })
    counts[found]!++
  }
  t.true(
    counts.every((count) => count > 60),
    counts.join(),
  )
  const weights = [3e-300, 1e-300, 2e-300]
  const large = weights.map((weight) => weight * 2 ** 900)
  t.deepEqual(
    new Generator(1).choice(3, 3, { replace: false, weights }),
    new Generator(1).choice(3, 3, { replace: false, weights: large }),
  )
})

test('the state of a generator can’t be written to', (t) => {
  const generator = new Generator(1, 'a')
  t.throws(() => ((generator as { seed: bigint }).seed = 3n), { instanceOf: TypeError })
  t.throws(() => ((generator as { path: string }).path = 'b'), { instanceOf: TypeError })
})

test('symbreak train: half-precision files, honest test rows, and what a saved network needs', async (t) => {
  const where = await folder(t)
  const run = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)(process.execPath, [main, 'train', ...args, '--json'])
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, number>)
  }
  const values = [0.5, 1.5, 0, 1, 2, 1, 0.25, -1, 0, 3, 4, 1]
  const shape = [4, 3]
  const single = { data: Float32Array.from(values), shape }
  // The same numbers as halves: sign, exponent and leading bits.
  const halves = [0x3800, 0x3e00, 0, 0x3c00, 0x4000, 0x3c00, 0x3400, 0xbc00, 0, 0x4200, 0x4400, 0x3c00]
  await writeNpy(join(where, 'f4.npy'), single)
  await writeNpy(join(where, 'f2.npy'), { data: Uint16Array.from(halves), shape, dtype: 'F16' })
  const quick = ['--epochs', '2', '--test', '0']
  const [a, b] = await Promise.all(
    ['f4.npy', 'f2.npy'].map((name) =>
      run(join(where, name), ...quick).then((lines) => lines.at(-1)?.['loss']),
    ),
  )
  t.is(a, b)
  const noise = new Generator(5)
  const csv = Array.from({ length: 60 }, (_, i) => [...noise.normal(3), i % 2].join()).join('\n')
  const file = join(where, 'noise.csv')
  await writeFile(file, `a,b,c,label\n${csv}\n`)
  const saved = join(where, 'm.st')
  const lines = await run(
    file,
    '--epochs',
    '9',
    '--patience',
    '2',
    '--standardize',
    '--scale',
    '2',
    '--save',
    saved,
  )
  // The rows that chose the weights are none of those that judge them.
  t.not(Math.min(...lines.slice(0, -1).map((line) => line['val_loss'] as number)), lines.at(-1)?.['loss'])
  const text = (await readFile(saved)).toString('latin1')
  t.regex(text, /symbreak\.features/)
  t.regex(text, /\\"scale\\":2,\\"mean\\":\[/)
  const { data } = { data: (await Network.load(saved)).weights }
  t.is(data.size, 4)
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

test('symbreak report refuses what only looks like a report', async (t) => {
  const path = join(await folder(t), 'r.json')
  for (const wrong of [
    { summary: { loss: { mean: 'x' } }, runs: [] },
    { entries: [{ report: 1 }], pairs: [] },
    { summary: null, runs: [] },
  ]) {
    await writeFile(path, JSON.stringify(wrong))
    const error = await t.throwsAsync(() => promisify(execFile)(process.execPath, [main, 'report', path]))
    t.is((error as unknown as { code: number }).code, 2)
    t.regex((error as unknown as { stderr: string }).stderr, /neither a comparison nor/)
  }
})
