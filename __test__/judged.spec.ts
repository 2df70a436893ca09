/** What is refused, and what judges a network: metrics, statistics, tables, the command line. */
import { execFile } from 'node:child_process'

import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'
import {
  accuracy,
  adam,
  auc,
  compareInitializers,
  constant,
  Generator,
  identity,
  mimetic,
  modelCheckpoint,
  Network,
  orthogonal,
  plan,
  planTable,
  r2,
  randomNormal,
  reservoir,
  restarts,
  rmsprop,
  sgd,
  terminateOnNaN,
  writeNpy,
  type RestartReport,
  type Run,
  type Runner,
} from 'symbreak'
import { finished } from '../src/async/steps.js'
import { comparePairs } from '../src/restarts/pairs.js'
import { reportSteps } from '../src/restarts/report.js'
import { folder } from './support/folder.js'
import { bits, config, x, y } from './support/toy.js'

const reportOf: (...args: Parameters<typeof reportSteps>) => RestartReport = (...args) =>
  finished(reportSteps(...args))

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))
const refused = { code: 'ERR_INVALID_ARGUMENT' }

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

test('one pair that tells nothing spoils no other’s correction', (t) => {
  const runs = (values: (number | undefined)[]): Run[] =>
    values.map((loss, seed) => ({
      seed: String(seed),
      status: 'ok',
      metrics: loss === undefined ? {} : { loss },
    }))
  const lone = reportOf(runs([1, ...Array.from({ length: 5 }, () => undefined)]), undefined)
  const [a, b] = [
    [1, 2, 3, 4, 5, 6],
    [2, 3.1, 4, 5.2, 6, 7.1],
  ].map((values) => reportOf(runs(values), undefined)) as [RestartReport, RestartReport]
  const pairs = comparePairs([lone, a, b])
  t.deepEqual(
    pairs.map(({ p, pHolm }) => [Number.isNaN(p), Number.isNaN(pHolm)]),
    [
      [true, true],
      [true, true],
      [false, false],
    ],
  )
  t.is(pairs[2]?.pHolm, pairs[2]?.p)
})

test('tables and descriptions say the same, and refuse what create does', (t) => {
  const inits = [
    reservoir({ seed: 1 }),
    orthogonal({ seed: 1 }),
    constant({ value: [1, 2, 3, 6] }),
    mimetic({ part: 'query', seed: 1 }),
  ]
  const tensors = inits.map((init, i) => ({ name: `t${i}`, shape: [4, 4], init }))
  const rows = planTable(plan({ seed: 1, tensors }), 'm.safetensors')
  for (const [i, init] of inits.entries()) {
    const { distribution, stddev } = init.describe([4, 4])
    t.like(rows[i], { distribution, stddev })
  }
  t.throws(() => orthogonal().describe([2, 2], { dtype: 'F64' }), refused)
  t.throws(() => identity({ gain: 1e300 }).describe([2, 2]), refused)
  t.throws(() => planTable(plan({ seed: 1, tensors }), 'm', { foo: 1 } as never), refused)
  t.like(identity({ gain: -1 }).describe([0, 0]), { min: 0, max: 0 })
})

test('a user’s own initializer may use its array again, and is told of doubles', (t) => {
  const buffer = new Float32Array(3)
  const reusing = {
    className: 'Reusing',
    create: (shape: number[], { path, dtype }: { path: string; dtype?: 'F64' }) =>
      dtype === 'F64'
        ? randomNormal({ seed: 1 }).create(shape, { path, dtype })
        : randomNormal({ seed: 1 }).fill(buffer, shape, { path }),
    toJSON: () => ({ class_name: 'Reusing', config: {} }),
  } as never
  const tensors = ['a', 'b'].map((name) => ({ name, shape: [3], init: reusing }))
  const doubles = { name: 'c', shape: [3], init: reusing, dtype: 'F64' as const }
  const p = plan({ seed: 1, tensors: [...tensors, doubles] })
  buffer.fill(7)
  const made = p.create()
  for (const path of ['a', 'b']) t.deepEqual(made.get(path), randomNormal({ seed: 1 }).create([3], { path }))
  t.deepEqual(made.get('c'), randomNormal({ seed: 1 }).create([3], { path: 'c', dtype: 'F64' }))
})

test('what a user’s own initializer makes is checked', (t) => {
  const own = (values: unknown) =>
    ({
      ...zerosLike,
      className: 'Mine',
      create: () => values,
      toJSON: () => ({ class_name: 'Mine', config: {} }),
    }) as never
  const zerosLike = { seed: undefined, getConfig: () => ({}) }
  const tensors = (init: never) => [{ name: 'a', shape: [2, 2], init }]
  t.throws(() => plan({ seed: 1, tensors: tensors(own(new Float32Array(3))) }), {
    code: 'ERR_LENGTH_MISMATCH',
  })
  t.throws(() => plan({ seed: 1, tensors: tensors(own([1, 2, 3, 4])) }), refused)
  const made = plan({ seed: 1, tensors: tensors(own(Float32Array.of(1, 2, 3, 4))) })
    .create()
    .get('a')
  t.deepEqual(made, Float32Array.of(1, 2, 3, 4))
})

test('results that a runner gives are looked at', async (t) => {
  for (const metrics of [null, { loss: 'a' }, undefined]) {
    const runner: Runner = {
      run: (async (batch: { items: readonly unknown[] }) =>
        batch.items.map((_, seed) => ({ seed: String(seed), status: 'ok', metrics }))) as never,
    }
    await t.throwsAsync(() => restarts(config, { x, y }, { seeds: 2, runner }), { code: 'ERR_BAD_FILE' })
  }
})

test('an optimizer is one that this package made', async (t) => {
  const optimizer = Object.freeze({ kind: 'sgd' }) as never
  await t.throwsAsync(() => new Network(config).fit(x, y, { optimizer }), refused)
  t.throws(() => rmsprop({ alpha: 5 }), { ...refused, instanceOf: RangeError })
  t.throws(() => adam({ beta1: 1 }), { ...refused, instanceOf: RangeError })
  await t.throwsAsync(
    () => new Network(config).fit(x, y, { validationData: [new Float32Array(0), new Uint8Array(0)] }),
    refused,
  )
})

test('symbreak train refuses to choose and judge by the same rows', async (t) => {
  const path = join(await folder(t), 'd.csv')
  await writeFile(path, 'a,b\n1,0\n2,1\n3,0\n4,1\n')
  for (const share of ['0', '-1', '1']) {
    const args = [main, 'train', path, '--patience', '2', '--validation', share]
    const error = await t.throwsAsync(() => promisify(execFile)(process.execPath, args))
    t.is((error as unknown as { code: number }).code, 2, share)
  }
})
