/** What is refused, or goes wrong, leaves everything else as it was. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import {
  backupAndRestore,
  csvLogger,
  dense,
  Generator,
  hippo,
  Network,
  plan,
  rmsprop,
  sgd,
  spectralNormAsync,
  type Callback,
  type Optimizer,
} from 'symbreak'
import * as pure from 'symbreak/js'
import { folder } from './support/folder.js'
import { bits, codeOf, config, x, y } from './support/toy.js'

const run = promisify(execFile)
const engines = ['native', 'js'] as const

/** Values that no element type holds, which only their making tells. */
const tooLarge = hippo({ gain: 1e36 })

for (const engine of engines) {
  test(`${engine}: what is predicted is what was given, whatever becomes of the array`, async (t) => {
    const network = new Network({ ...config, engine })
    const expected = await network.predict(x)
    const rows = x.slice()
    const fit = network.fit(x, y, { epochs: 2, optimizer: sgd({ learningRate: 1e-30 }) })
    const later = network.predict(rows)
    structuredClone(rows, { transfer: [rows.buffer] })
    await fit
    t.deepEqual(await later, expected)
  })

  test(`${engine}: a plan whose values can't be made fills none of the arrays`, async (t) => {
    const checked = plan({
      seed: 7,
      tensors: [
        { name: 'a', shape: [4], init: 'ones' },
        { name: 'b', shape: [300, 300], init: tooLarge },
      ],
    })
    const arrays = new Map([
      ['a', new Float32Array(4)],
      ['b', new Float32Array(90_000)],
    ])
    t.throws(() => checked.fill(arrays, { engine }), { code: 'ERR_INVALID_ARGUMENT' })
    t.is(await codeOf(checked.fillAsync(arrays, { engine })), 'ERR_INVALID_ARGUMENT')
    const out = arrays.get('b') as Float32Array
    t.is(await codeOf(tooLarge.fillAsync(out, [300, 300], { engine })), 'ERR_INVALID_ARGUMENT')
    for (const array of arrays.values()) t.true(array.every((value) => value === 0))
  })

  test(`${engine}: a measure is of the matrix as it was given`, async (t) => {
    const w = Float32Array.from({ length: 400 * 400 }, (_, i) => Number(i % 401 === 0))
    const norm = spectralNormAsync(w, [400, 400], { engine })
    w.fill(9)
    t.true(Math.abs((await norm) - 1) < 1e-6)
  })
}

test('a refused draw does not move the generator', async (t) => {
  const code = `
    import { Generator } from 'symbreak/js'
    const generator = new Generator(1)
    const native = { engine: 'native' }
    let refused = 0
    for (const name of ['permutation', 'uniform'])
      try { generator[name](100, native) } catch { refused++ }
    console.log(refused, generator.position)`
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', code])
  t.is(stdout, '2 0n\n')
})

test('every callback is told of the end, also behind one that throws', async (t) => {
  const path = join(await folder(t), 'log.csv')
  const told: string[] = []
  const callbacks: Callback[] = [
    {
      onTrainEnd() {
        throw new Error('first')
      },
    },
    csvLogger(path),
    { onTrainEnd: () => void told.push('last') },
  ]
  await t.throwsAsync(new Network(config).fit(x, y, { epochs: 2, callbacks }), { message: 'first' })
  t.deepEqual(told, ['last'])
  t.is((await readFile(path, 'utf8')).trim().split('\n').length, 3)
})

test('a backup that cannot be read is an error, not a start from nothing', async (t) => {
  const path = await folder(t)
  const network = new Network(config)
  const before = bits(network)
  const fit = network.fit(x, y, { epochs: 1, callbacks: [backupAndRestore({ path })] })
  t.is(await codeOf(fit), 'ERR_IO')
  t.deepEqual(bits(network), before)
})

test('both engines take and refuse the same optimizers and slopes', async (t) => {
  const weights = async (engine: 'native' | 'js', optimizer: Optimizer) => {
    const network = new Network({ ...config, engine })
    await network.fit(x, y, { epochs: 1, optimizer })
    return bits(network)
  }
  const sgdAtEdge = sgd({ learningRate: 0.1, momentum: 0.5, dampening: -0.5 })
  for (const optimizer of [rmsprop({ alpha: 1 }), rmsprop({ alpha: 0 }), sgdAtEdge])
    t.deepEqual(await weights('native', optimizer), await weights('js', optimizer))
  for (const activation of ['leakyRelu', 'elu'] as const)
    t.throws(() => dense(2, { activation, slope: 1e300 }), { code: 'ERR_INVALID_ARGUMENT' })
})

test('refusals of what is gone, too large or no array say so by their code', async (t) => {
  const refused = { code: 'ERR_INVALID_ARGUMENT' }
  const gone = new Float32Array(0)
  structuredClone(gone, { transfer: [gone.buffer] })
  t.throws(() => pure.constant({ value: gone }), refused)
  t.throws(() => pure.fromPretrained({ data: gone, shape: [0] }), refused)
  const layers = { kernel: new Float32Array(2), next: new Float32Array(2) }
  const units = { from: 1, to: 2 ** 40 }
  t.throws(() => pure.grow(layers, units, { seed: 1 }), { code: 'ERR_OUT_OF_MEMORY' })
  const wide = { data: new Float32Array(200_000), shape: [1, 200_000] as const }
  t.throws(() => pure.zca(wide), { code: 'ERR_OUT_OF_MEMORY' })
  const total = 9e15
  t.throws(() => new Generator(1).sample('hypergeometric', 1, { total, successes: 2e8, draws: 2e8 }), refused)
})
