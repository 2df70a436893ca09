/** What draws and initializers take, hand out and are called; forms that do not block. */
import { inspect } from 'node:util'
import test from 'ava'
import {
  constant,
  convOrthogonal,
  Generator,
  heNormal,
  initializer,
  normal,
  permutation,
  permutationAsync,
  pcaAsync,
  plan,
  resizeEmbeddingAsync,
  sample,
  singularValuesAsync,
  spectralNorm,
  systemInfo,
  truncatedNormal,
  zca,
  zcaAsync,
  zerO,
} from 'symbreak'
import { rounds } from './support/rounds.js'
import { codeOf } from './support/toy.js'

const engines = systemInfo().nativeError === undefined ? (['js', 'native'] as const) : (['js'] as const)

test('asynchronous orders and choices are those of the synchronous forms', async (t) => {
  const [now, later] = [new Generator(7, 'a'), new Generator(7, 'a')]
  const weights = Float64Array.from({ length: 5000 }, (_, i) => i % 7)
  const progress: number[] = []
  const pending = [
    later.permutationAsync(40_000, { onProgress: ({ done }) => progress.push(done) }),
    later.shuffleAsync(Array.from({ length: 30_000 }, (_, i) => i)),
    later.choiceAsync(50_000, 40_000, { replace: false }),
    later.choiceAsync(50_000, 20_000),
    later.choiceAsync(new Uint8Array(5000).fill(3), 5000, { weights }),
    later.choiceAsync(['a', 'b'], 0),
    later.permutationAsync(1),
    permutationAsync(3000, { seed: 4 }),
  ]
  const position = later.position
  const expected = [
    now.permutation(40_000),
    now.shuffle(Array.from({ length: 30_000 }, (_, i) => i)),
    now.choice(50_000, 40_000, { replace: false }),
    now.choice(50_000, 20_000),
    now.choice(new Uint8Array(5000).fill(3), 5000, { weights }),
    now.choice(['a', 'b'], 0),
    now.permutation(1),
    permutation(3000, { seed: 4 }),
  ]
  t.is(position, now.position)
  t.deepEqual(await Promise.all(pending), expected)
  t.is(progress.at(-1), 39_999)
})

test('choices by weight let the event loop come by, and are of the items as they were', async (t) => {
  const weights = Float64Array.from({ length: 1_000_000 }, (_, i) => 1 + (i % 7))
  const options = { weights, replace: false }
  const later = new Generator(1).choiceAsync(1_000_000, 500_000, options)
  t.true((await rounds(later)) >= 3)
  t.deepEqual(await later, new Generator(1).choice(1_000_000, 500_000, options))
  const items = new Float32Array(1000).fill(1)
  const chosen = new Generator(1).choiceAsync(items, 50)
  structuredClone(items, { transfer: [items.buffer] })
  t.deepEqual(await chosen, new Float32Array(50).fill(1))
  const gone = new Float32Array(100_000)
  const shuffled = new Generator(1).shuffleAsync(gone)
  structuredClone(gone, { transfer: [gone.buffer] })
  t.is(await codeOf(shuffled), 'ERR_INVALID_ARGUMENT')
})

test('orders and choices take an engine, whose bits are the same', async (t) => {
  const draw = () => new Generator(1)
  for (const engine of engines) {
    t.deepEqual(await permutationAsync(50, { seed: 1, engine }), permutation(50, { seed: 1, engine: 'js' }))
    t.deepEqual(await draw().permutationAsync(50, { engine }), draw().permutation(50))
    const items = Array.from({ length: 50 }, (_, i) => i)
    t.deepEqual(await draw().shuffleAsync([...items], { engine }), draw().shuffle([...items], { engine }))
    t.deepEqual(await draw().choiceAsync(9, 5, { engine, threads: 1 }), draw().choice(9, 5, { engine }))
  }
  const wrong = { engine: 'fast' } as unknown as { engine: 'js' }
  t.throws(() => draw().shuffle([1, 2], wrong), { code: 'ERR_INVALID_ARGUMENT' })
  t.throws(() => draw().choice(9, 5, wrong), { code: 'ERR_INVALID_ARGUMENT' })
  t.is(await codeOf(draw().shuffleAsync([1, 2], wrong)), 'ERR_INVALID_ARGUMENT')
})

test('asynchronous orders stop at the signal', async (t) => {
  const controller = new AbortController()
  const pending = new Generator(1).permutationAsync(5e6, { signal: controller.signal })
  setTimeout(() => controller.abort(), 5)
  t.is(await codeOf(pending), 'ERR_ABORTED')
})

test('the TypeScript engine makes orthogonal convolutions in slices', async (t) => {
  const made = convOrthogonal({ seed: 1 }).createAsync([3, 3, 64, 192], { engine: 'js' })
  t.true((await rounds(made)) >= 5)
  t.deepEqual(await made, convOrthogonal({ seed: 1 }).create([3, 3, 64, 192]))
})

test('layers taught by long tables let the event loop come by', async (t) => {
  const data = normal(1_600_000, { seed: 1 })
  t.true((await rounds(pcaAsync({ data, shape: [400_000, 4] }))) >= 5)
  t.true((await rounds(zcaAsync({ data, shape: [100_000, 16] }))) >= 5)
  t.true((await rounds(resizeEmbeddingAsync(data, [800, 2000], 803, { seed: 1 }))) >= 2)
})

test('data of any scale are whitened', (t) => {
  for (const scale of [1e-6, 1, 1e9, 1e15]) {
    const data = normal(8000, { seed: 1 }).map((x, i) => (x + (i % 4 === 0 ? 0 : 1)) * scale)
    const { kernel, bias } = zca({ data, shape: [2000, 4] }, { epsilon: scale ** 2 * 1e-9 })
    const white = Array.from({ length: 2000 }, (_, r) =>
      Array.from({ length: 4 }, (_, o) =>
        [0, 1, 2, 3].reduce(
          (sum, i) => sum + (data[r * 4 + i] as number) * (kernel[i * 4 + o] as number),
          bias[o] as number,
        ),
      ),
    )
    for (let a = 0; a < 4; a++)
      for (let b = 0; b < 4; b++) {
        const products = white.map((row) => (row[a] as number) * (row[b] as number))
        const covariance = products.reduce((sum, product) => sum + product, 0) / 2000
        t.true(Math.abs(covariance - Number(a === b)) < 2e-3, `${scale}: ${covariance}`)
      }
  }
})

test('an aborted measure is not waited for', async (t) => {
  const w = normal(900 * 900, { seed: 1 })
  const ended: string[] = []
  const controller = new AbortController()
  const whole = singularValuesAsync(w, [900, 900]).then(() => ended.push('whole'))
  const pending = singularValuesAsync(w, [900, 900], { signal: controller.signal })
  controller.abort()
  t.is(await codeOf(pending.finally(() => ended.push('aborted'))), 'ERR_ABORTED')
  await whole
  t.deepEqual(ended, ['aborted', 'whole'])
})

test('zerO is no zero', (t) => {
  for (const init of ['zerO', 'ZerO', 'ZerOHadamard', 'zero_hadamard'])
    t.deepEqual(initializer(init).create([2, 2]), zerO().create([2, 2]), init)
  for (const init of ['zero', 'zeros', 'Zeros', 'Zero']) t.is(initializer(init).className, 'Zeros')
  const made = plan({ seed: 1, tensors: [{ name: 'w', shape: [2, 2], init: 'zerO' }] })
  t.deepEqual(made.create().get('w'), zerO().create([2, 2]))
})

test('the nearest names are those that half a name means', (t) => {
  for (const [wrong, nearest] of [
    ['he', /HeUniform|HeNormal/],
    ['kaiming', /KaimingUniform, KaimingNormal|KaimingNormal, KaimingUniform/],
    ['glorot', /Glorot/],
    ['keras.initializers.HeNormal', /are HeNormal/],
    ['orthogonall', /are Orthogonal/],
  ] as const)
    t.throws(() => initializer(wrong), { code: 'ERR_UNKNOWN_INITIALIZER', message: nearest })
})

test('an initializer cannot be changed through what it hands out', (t) => {
  const made = heNormal({ seed: 1, inputAxes: [0], outputAxes: [1] })
  const before = made.create([2, 8])
  const config = made.getConfig() as { input_axes: number[] }
  config.input_axes[0] = 1
  t.deepEqual(made.create([2, 8]), before)
  const fans = heNormal({ layout: { fanIn: 3, fanOut: 4 } })
  t.throws(() => ((fans.toJSON().layout as { fanIn: number }).fanIn = 9), { instanceOf: TypeError })
  t.is(fans.describe([2, 8]).fanIn, 3)
})

test('options may be inherited, and numbers come in any typed array', (t) => {
  class Options {
    get seed(): number {
      return 5
    }
  }
  t.is(heNormal(new Options()).seed, 5n)
  const range = Object.create({ low: 5, high: 6 }) as { low: number }
  t.true((new Generator(1).uniform(1, range)[0] as number) >= 5)
  t.throws(() => heNormal(Object.create({ seed: -1 }) as object), { code: 'ERR_INVALID_SEED' })
  const chosen = new Generator(1).choice(3, 9, { weights: new Uint32Array([0, 1, 0]) })
  t.deepEqual(chosen, new Uint32Array(9).fill(1))
  t.deepEqual(constant({ value: new Int32Array([1, 2]) }).create([2, 2]), Float32Array.of(1, 2, 1, 2))
  t.is(sample('dirichlet', 6, { alpha: new Float32Array([1, 2]) }, { seed: 1 }).length, 6)
  t.throws(() => constant({ value: new BigInt64Array(1) as never }), { code: 'ERR_INVALID_ARGUMENT' })
})

test('what Node prints tells what a thing is', (t) => {
  t.regex(inspect(heNormal({ seed: 7 })), /^HeNormal \{ seed: 7,/)
  t.is(inspect(new Generator(1, 'a')), "Generator { seed: '1', path: 'a', position: '0' }")
})

test('errors of shared memory name the argument', (t) => {
  const w = new Float32Array(new SharedArrayBuffer(16))
  const call = () => spectralNorm(w, [2, 2], { engine: 'native' })
  t.throws(call, { code: 'ERR_SHARED_MEMORY', message: /^w is a view/ })
})

test('counts without replacement, of every size that numpy takes', (t) => {
  for (const [total, successes, draws] of [
    [1540, 107, 99],
    [1e6, 1000, 500],
    [1e6, 999_500, 1000],
    [1e9, 3, 5e8],
    [20, 13, 12],
    [5, 0, 3],
    [0, 0, 0],
  ] as const) {
    const values = sample('hypergeometric', 20_000, { total, successes, draws }, { seed: 2 })
    const share = total === 0 ? 0 : successes / total
    const mean = draws * share
    const left = total > 1 ? (total - draws) / (total - 1) : 0
    const deviation = Math.sqrt(mean * (1 - share) * left)
    const found = values.reduce((sum, x) => sum + x, 0) / values.length
    t.true(Math.abs(found - mean) <= 5 * (deviation / Math.sqrt(20_000)) + 1e-9, `${total}: ${found}`)
    const most = Math.min(successes, draws)
    const least = Math.max(0, successes + draws - total)
    t.true(values.every((x) => Number.isInteger(x) && x >= least && x <= most))
  }
})

/** By mpmath 1.3 at 40 digits, rounded, for the draws where a continued fraction that ends too soon is off by 14 units. */
const QUANTILES: Readonly<Record<number, number>> = {
  110: 1.474911606034456,
  47: 1.4909223696300995,
  65: 1.507745257686748,
  151: 1.4466775499856055,
}

test('double precision just above one sigma is right to eight units in the last place', (t) => {
  const options = { seed: 5, lower: 1.0009765625, upper: 8, bounds: 'sigma', dtype: 'F64' } as const
  for (const engine of ['native', 'js'] as const) {
    const found = truncatedNormal(160, { ...options, engine })
    for (const [i, x] of Object.entries(QUANTILES))
      t.true(
        Math.abs((found[Number(i)] as number) - x) <= 8 * 2 ** -52,
        `${i}: ${found[Number(i)]} beside ${x}`,
      )
  }
})
