import test from 'ava'
import fc from 'fast-check'
import * as symbreak from 'symbreak'
import type { Initializer } from 'symbreak'

const {
  calculateGain,
  constant,
  convOrthogonal,
  deltaOrthogonal,
  dirac,
  embedding,
  eye,
  glorotUniform,
  heNormal,
  identity,
  kaimingNormal,
} = symbreak
const {
  orthogonal,
  randomNormal,
  randomUniform,
  sparse,
  truncatedNormal,
  truncNormal,
  varianceScaling,
  zeros,
} = symbreak

const everySort: [name: string, made: Initializer, shape: number[]][] = [
  ['zeros', zeros(), [7, 9]],
  ['constant array', constant({ value: [1, 2, 3] }), [5, 3]],
  ['identity', identity(), [7, 9]],
  ['dirac', dirac({ layout: 'torch' }), [6, 4, 3]],
  ['randomUniform', randomUniform({ seed: 1 }), [70, 90]],
  ['randomNormal', randomNormal({ seed: 1 }), [70, 90]],
  ['truncatedNormal', truncatedNormal({ seed: 1 }), [70, 90]],
  ['heNormal', heNormal({ seed: 1 }), [70, 90]],
  ['sparse', sparse({ sparsity: 0.5, seed: 1 }), [70, 90]],
  ['embedding', embedding({ paddingIdx: 12, seed: 1 }), [70, 90]],
  ['orthogonal', orthogonal({ seed: 1 }), [30, 20]],
  ['deltaOrthogonal', deltaOrthogonal({ seed: 1 }), [3, 3, 8, 9]],
  ['deltaOrthogonal, first tap', deltaOrthogonal({ seed: 1 }), [2, 2, 8, 8]],
  ['truncNormal, one side', truncNormal({ a: 0, b: Infinity, seed: 1 }), [70, 90]],
]

for (const [name, made, shape] of everySort) {
  test(`${name}: any range is that part of the whole, on both engines, sync and async`, async (t) => {
    const whole = made.create(shape)
    t.deepEqual(made.create(shape, { engine: 'js' }), whole)
    t.deepEqual(made.create(shape, { threads: 1 }), whole)
    t.deepEqual(await made.createAsync(shape), whole)
    t.deepEqual(await made.fillAsync(new Float32Array(whole.length), shape), whole)
    fc.assert(
      fc.property(fc.nat(whole.length), fc.nat(whole.length), (a, b) => {
        const [offset, end] = a < b ? [a, b] : [b, a]
        const part = whole.slice(offset, end)
        t.deepEqual(made.create(shape, { offset, length: end - offset }), part)
        t.deepEqual(made.fill(new Float32Array(end - offset), shape, { offset, length: end - offset }), part)
      }),
      { numRuns: 15 },
    )
    t.deepEqual(made.create(shape, { offset: 5 }), whole.slice(5))
  })
}

test('a seeded initializer is pure', (t) => {
  const made = heNormal({ seed: 0 })
  t.is(made.seed, 0n)
  t.deepEqual(made.create([4, 4]), made.create([4, 4]))
  t.deepEqual(made.create([4, 4]), heNormal().create([4, 4], { seed: 0n }))
  t.notDeepEqual(made.create([4, 4]), made.create([4, 4], { path: 'other' }))
  t.notDeepEqual(made.create([4, 4]), made.create([4, 4], { seed: 1 }))
})

test('an unseeded initializer draws one seed and never makes twins', (t) => {
  const made = randomNormal()
  const first = made.create([8])
  const second = made.create([8])
  t.notDeepEqual(first, second)
  const seed = made.seed as bigint
  t.deepEqual(first, randomNormal({ seed }).create([8], { path: '#0' }))
  t.deepEqual(second, randomNormal({ seed }).create([8], { path: '#1' }))
  t.throws(() => made.create([-1]), { code: 'ERR_INVALID_SHAPE' })
  t.deepEqual(made.create([8], { path: 'w' }), randomNormal({ seed }).create([8], { path: 'w' }))
  t.deepEqual(made.create([8]), randomNormal({ seed }).create([8], { path: '#2' }))
})

test('0 is a value', (t) => {
  const values = randomUniform({ minval: 0, maxval: 1, seed: 0 }).create([1000])
  t.true(values.every((x) => x >= 0 && x < 1))
  t.true(
    randomNormal({ mean: 3, stddev: 0, seed: 0 })
      .create([10])
      .every((x) => x === 3),
  )
  t.true(
    truncatedNormal({ mean: 3, stddev: 0, seed: 0 })
      .create([10])
      .every((x) => x === 3),
  )
  t.true(
    randomUniform({ minval: 2, maxval: 2, seed: 0 })
      .create([10])
      .every((x) => x === 2),
  )
  t.throws(() => varianceScaling({ scale: 0 }), { code: 'ERR_INVALID_ARGUMENT' })
})

test('empty tensors are fine everywhere', (t) => {
  for (const [, made] of everySort.slice(0, 1)) t.is(made.create([0]).length, 0)
  t.is(heNormal().create([0, 5]).length, 0)
  t.is(orthogonal().create([0, 5]).length, 0)
  t.is(orthogonal().create([5, 0]).length, 0)
  t.is(identity().create([0, 0]).length, 0)
  t.is(dirac({ layout: 'torch' }).create([2, 2, 0]).length, 0)
  t.is(deltaOrthogonal().create([0, 2, 2]).length, 0)
  t.is(deltaOrthogonal().create([3, 4, 0]).length, 0)
  t.is(convOrthogonal().create([3, 4, 0]).length, 0)
  t.is(sparse({ sparsity: 0.5 }).create([0, 3]).length, 0)
  t.is(sparse({ sparsity: 0.5 }).create([3, 0]).length, 0)
  t.is(zeros().create([]).length, 1)
})

test('types other than F32', (t) => {
  t.true(randomNormal({ seed: 1 }).create([4], { dtype: 'F64' }) instanceof Float64Array)
  const half = constant({ value: 1 }).create([2], { dtype: 'F16' })
  t.deepEqual([...half], [0x3c00, 0x3c00])
  t.deepEqual([...constant({ value: 1 }).create([1], { dtype: 'BF16' })], [0x3f80])
  t.deepEqual([...constant({ value: 1 }).fill(new Uint16Array(1), [1], { dtype: 'BF16' })], [0x3f80])
  t.throws(() => constant().fill(new Uint16Array(1), [1]), { code: 'ERR_INVALID_ARGUMENT' })
  t.throws(() => constant().fill(new Float32Array(1), [1], { dtype: 'F64' }), {
    code: 'ERR_INVALID_ARGUMENT',
  })
  t.throws(() => orthogonal().create([2, 2], { dtype: 'F64' }), { code: 'ERR_INVALID_ARGUMENT' })
})

test('constant broadcasts by the rule of NumPy', (t) => {
  t.deepEqual([...constant({ value: [1, 2] }).create([2, 2])], [1, 2, 1, 2])
  t.deepEqual([...constant({ value: [[1], [2]] }).create([2, 2])], [1, 1, 2, 2])
  t.deepEqual([...constant({ value: [[[5]]] }).create([1, 2, 2])], [5, 5, 5, 5])
  t.deepEqual([...constant({ value: Float32Array.of(1, 2, 3, 4) }).create([2, 2])], [1, 2, 3, 4])
  const shapes = { code: 'ERR_INVALID_SHAPE' }
  t.throws(() => constant({ value: [1, 2, 3] }).create([2, 2]), shapes)
  t.throws(() => constant({ value: [1, 2, 3, 4] }).create([2, 2]), shapes)
  t.throws(() => constant({ value: [[1, 2]] }).create([2]), shapes)
  t.throws(() => constant({ value: [[1], [2, 3]] }), { code: 'ERR_INVALID_ARGUMENT' })
  t.throws(() => constant({ value: [NaN] }), { code: 'ERR_INVALID_ARGUMENT' })
})

test('identity, eye and dirac', (t) => {
  t.deepEqual([...identity({ gain: 2 }).create([2, 3])], [2, 0, 0, 0, 2, 0])
  t.deepEqual([...eye().create([3, 2])], [1, 0, 0, 1, 0, 0])
  t.throws(() => identity().create([2, 2, 2]), { code: 'ERR_INVALID_SHAPE' })
  const kernel = dirac({ groups: 2, layout: 'torch' }).create([4, 2, 4])
  const ones = [...kernel.entries()].filter(([, x]) => x === 1).map(([i]) => i)
  t.deepEqual(ones, [2, 14, 18, 30], 'even kernels: the tap behind the middle, as torch')
  const keras = dirac().create([3, 2, 2])
  t.deepEqual([...keras], [0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0])
  t.throws(() => dirac({ groups: 3, layout: 'torch' }).create([4, 2, 3]), { code: 'ERR_INVALID_SHAPE' })
  t.throws(() => dirac().create([4, 4]), { code: 'ERR_INVALID_SHAPE' })
})

test('deltaOrthogonal is zero but for the centre tap', (t) => {
  const values = deltaOrthogonal({ seed: 1 }).create([4, 2, 3])
  t.true(values.subarray(0, 6).every((x) => x === 0))
  t.true(
    values.subarray(6, 12).every((x) => x !== 0),
    'even kernels: the tap before the middle, as JAX',
  )
  t.true(values.subarray(12).every((x) => x === 0))
  t.throws(() => deltaOrthogonal().create([3, 3, 2]), { code: 'ERR_INVALID_SHAPE' })
})

test('sparse has exactly as many zeros in each line as asked for', (t) => {
  const zerosIn = (values: Float32Array) => values.filter((x) => x === 0).length
  const columns = sparse({ sparsity: 0.25, seed: 1 }).create([10, 6])
  for (let c = 0; c < 6; c++) t.is(zerosIn(columns.filter((_, i) => i % 6 === c)), 3)
  const rows = sparse({ sparsity: 0.25, axis: 1, seed: 1 }).create([10, 6])
  for (let r = 0; r < 10; r++) t.is(zerosIn(rows.subarray(6 * r, 6 * r + 6)), 2)
})

test('truncated values never leave their bounds, in any type', (t) => {
  const made = truncNormal({ std: 1e-3, a: -2, b: 2, seed: 1 })
  const values = made.create([100_000])
  const fourth = values.reduce((sum, x) => sum + (x * 1e3) ** 4, 0) / values.length
  t.true(Math.abs(fourth - 3) < 0.2, 'no heap of values at far bounds')
  const near = truncNormal({ mean: 0, std: 1, a: 1.0001, b: 1.0002, seed: 1 }).create([10_000])
  t.true(near.every((x) => x > 1.0001 && x < 1.0002))
})

test('gains', (t) => {
  const near = (actual: number, expected: number, by = 1e-6) =>
    t.true(Math.abs(actual - expected) < by, `${actual}`)
  t.is(calculateGain('linear'), 1)
  t.is(calculateGain('conv_transpose2d'), 1)
  t.is(calculateGain('tanh'), 5 / 3)
  t.is(calculateGain('relu'), Math.SQRT2)
  t.is(calculateGain('selu'), 0.75)
  near(calculateGain('leaky_relu'), 1.414143)
  near(calculateGain('leakyRelu', 0.2), 1.38675)
  const softplus = (x: number) => Math.log1p(Math.exp(x))
  const known: [string, (x: number) => number, number][] = [
    ['silu', (x) => x / (1 + Math.exp(-x)), 1.676532],
    ['elu', (x) => (x > 0 ? x : Math.expm1(x)), 1.245198],
    ['mish', (x) => x * Math.tanh(softplus(x)), 1.486848],
    ['softplus', softplus, 1.041867],
    ['softsign', (x) => x / (1 + Math.abs(x)), 2.337533],
    ['sin', Math.sin, 1.520867],
    ['hardswish', (x) => (x * Math.min(Math.max(x + 3, 0), 6)) / 6, 1.736657],
    ['hardtanh', (x) => Math.max(-1, Math.min(1, x)), 1.392036],
    ['relu2', (x) => Math.max(0, x) ** 2, 0.816497],
  ]
  for (const [name, f, gain] of known) {
    near(calculateGain(name), gain)
    near(calculateGain(f), calculateGain(name), 1e-12)
  }
  near(calculateGain('gelu'), 1.53353)
  near(calculateGain('erf'), 1.467167)
  t.throws(() => calculateGain('gleu'), { code: 'ERR_INVALID_ARGUMENT' })
  t.throws(() => calculateGain('constructor'), { code: 'ERR_INVALID_ARGUMENT' })
  t.throws(() => calculateGain(() => 0), { code: 'ERR_INVALID_ARGUMENT' })
  near(kaimingNormal({ nonlinearity: 'tanh' }).describe([25, 4]).stddev, 1 / 3, 1e-15)
})

test('glorotUniform keeps its limit', (t) => {
  const limit = Math.sqrt(6 / 700)
  t.true(
    glorotUniform({ seed: 3 })
      .create([300, 400])
      .every((x) => Math.abs(x) <= limit),
  )
})
