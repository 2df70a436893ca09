import test from 'ava'
import {
  cycleReservoir,
  delayLine,
  fourierFeatures,
  heNormal,
  icnr,
  idInit,
  impulse,
  irnn,
  lora,
  lstm,
  mamba,
  mimetic,
  orthogonalityError,
  partialIdentity,
  reservoir,
  singularValues,
  spectralNorm,
  spectralNormal,
} from 'symbreak'

const moments = (given: Float32Array | Float64Array) => {
  const values = Float64Array.from(given)
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  return { mean, stddev: Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length) }
}

test('identity-like matrices of any two sizes', (t) => {
  t.deepEqual([...partialIdentity().create([2, 3])], [1, 0, 0, 0, 1, 0])
  t.deepEqual([...irnn({ gain: 0.5 }).create([2, 2])], [0.5, 0, 0, 0.5])
  t.deepEqual([...idInit().create([2, 5])], [1, 0, 1, 0, 1, 0, 1, 0, 1, 0])
  t.deepEqual([...idInit({ gain: 2 }).create([3, 2])], [2, 0, 0, 2, 2, 0])
  // As (out, in * taps): 2 outputs of 2 channels with 2 taps.
  t.deepEqual([...idInit().create([2, 2, 2], { layout: 'torch' })], [1, 0, 1, 0, 0, 1, 0, 1])
  t.deepEqual([...idInit().create([2, 2, 2])], [1, 0, 1, 0, 0, 1, 0, 1])
})

test('an impulse is one tap a filter, anywhere', (t) => {
  const values = impulse({ seed: 1 }).create([3, 3, 20, 30])
  const where = new Set<number>()
  for (let filter = 0; filter < 600; filter++) {
    const taps = Array.from({ length: 9 }, (_, tap) => values[tap * 600 + filter] as number)
    t.is(taps.filter((x) => x !== 0).length, 1)
    t.is(Math.max(...taps), Math.fround(1 / 3))
    where.add(taps.findIndex((x) => x !== 0))
  }
  t.is(where.size, 9)
  const { mean, stddev } = impulse().describe([3, 3, 20, 30])
  const found = moments(values)
  t.true(Math.abs(found.mean - mean) < 1e-7 && Math.abs(found.stddev - stddev) < 1e-7)
})

test('icnr repeats the filters of a small kernel, as the shuffle reads them', (t) => {
  const law = icnr({ seed: 3, upscale: 2 })
  const torch = law.create([16, 6, 3, 3], { layout: 'torch' })
  const size = 6 * 9
  for (let o = 0; o < 16; o++)
    t.deepEqual(
      torch.subarray(o * size, (o + 1) * size),
      torch.subarray((o - (o % 4)) * size, (o - (o % 4) + 1) * size),
    )
  t.notDeepEqual(torch.subarray(0, size), torch.subarray(4 * size, 5 * size))
  const keras = law.create([3, 3, 6, 16])
  for (let at = 0; at < keras.length; at += 16)
    for (let o = 0; o < 16; o++) t.is(keras[at + o], keras[at + (o % 4)])
  t.deepEqual(
    keras.filter((_, at) => at % 16 < 4),
    heNormal({ seed: 3 }).create([3, 3, 6, 4]),
  )
  t.is(law.describe([3, 3, 6, 16]).stddev, heNormal().describe([3, 3, 6, 4]).stddev)
  t.throws(() => law.create([3, 3, 6, 10]), { code: 'ERR_INVALID_SHAPE' })
})

test('mimetic: query and key make alpha Z + beta I, value and projection with a negative diagonal', (t) => {
  const size = 24
  const part = (name: 'query' | 'key' | 'value' | 'projection', heads = 1) =>
    mimetic({ part: name, heads, seed: 5 }).create([size, size], { dtype: 'F64', path: 'attention' })
  const product = (a: Float64Array, b: Float64Array, i: number, j: number, transposed: boolean) => {
    let sum = 0
    for (let k = 0; k < size; k++)
      sum += (a[i * size + k] as number) * (b[transposed ? j * size + k : k * size + j] as number)
    return sum
  }
  const [query, key, value, projection] = [part('query'), part('key'), part('value'), part('projection')]
  for (const [a, b, transposed, alpha, beta] of [
    [query, key, true, 0.7, 0.7],
    [value, projection, false, 0.4, -0.4],
  ] as const) {
    const diagonal = Float64Array.from({ length: size }, (_, i) => product(a, b, i, i, transposed))
    const rest: number[] = []
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) if (i !== j) rest.push(product(a, b, i, j, transposed))
    t.true(Math.abs(moments(diagonal).mean - beta) < 0.15)
    const expected = alpha / Math.sqrt(size)
    t.true(Math.abs(moments(Float64Array.from(rest)).stddev - expected) < 0.15 * expected)
  }
  const { stddev } = mimetic({ part: 'query' }).describe([size, size])
  t.true(Math.abs(moments(query).stddev - stddev) < 0.1 * stddev)
  t.notDeepEqual(part('query', 4), query)
  t.throws(() => mimetic({ part: 'key', heads: 5 }).create([24, 24]), { code: 'ERR_INVALID_SHAPE' })
})

test('fourierFeatures', (t) => {
  const { stddev } = moments(fourierFeatures({ scale: 3, seed: 1 }).create([2, 20_000]))
  t.true(Math.abs(stddev - 3) < 5 * (3 / Math.sqrt(80_000)))
})

test('lora: A random, B zero', (t) => {
  const b = lora({ part: 'b' }).create([8, 64])
  t.true(b.every((x) => x === 0))
  const a = lora({ seed: 1 }).create([400, 8])
  t.true(a.every((x) => Math.abs(x) <= 1 / 20) && Math.max(...a) > 0.049)
  t.true(Math.abs(moments(lora({ seed: 1, variant: 'gaussian' }).create([400, 8])).stddev - 1 / 8) < 0.01)
  t.is(lora({ variant: 'gaussian' }).describe([8, 400], { layout: 'torch' }).stddev, 1 / 8)
})

test('the three tensors of an LSTM', (t) => {
  const { kernel, recurrentKernel, bias } = lstm({ seed: 1 })
  t.is(kernel.describe([32, 64]).max, Math.sqrt(6 / (32 + 16)))
  const recurrent = recurrentKernel.create([16, 64])
  for (let gate = 0; gate < 4; gate++) {
    const square = recurrent.filter((_, at) => Math.floor((at % 64) / 16) === gate)
    t.true(orthogonalityError(square, [16, 16]) < 1e-6)
  }
  t.deepEqual([...bias.create([8])], [0, 0, 1, 1, 0, 0, 0, 0])
  t.throws(() => lstm({ units: 3 } as never), { code: 'ERR_INVALID_ARGUMENT' })
})

test('mamba', (t) => {
  const logs = mamba({ part: 'aLog' }).create([3, 16], { dtype: 'F64' })
  t.true(logs.every((x, at) => Math.abs(x - Math.log((at % 16) + 1)) < 1e-15))
  const steps = mamba({ part: 'dtBias', seed: 1 })
    .create([20_000], { dtype: 'F64' })
    .map((x) => Math.log1p(Math.exp(x)))
  t.true(steps.every((dt) => dt >= 0.001 - 1e-12 && dt <= 0.1 + 1e-12))
  const { mean } = moments(steps.map((dt) => Math.log(dt)))
  const [low, high] = [Math.log(0.001), Math.log(0.1)]
  t.true(Math.abs(mean - (low + high) / 2) < (5 * (high - low)) / Math.sqrt(12 * 20_000))
  const described = mamba({ part: 'dtBias' }).describe([10])
  const found = moments(mamba({ part: 'dtBias', seed: 2 }).create([20_000]))
  t.true(Math.abs(found.stddev - described.stddev) < 0.02 * described.stddev)
})

test('spectralNormal has the norm asked for', (t) => {
  for (const shape of [
    [40, 30],
    [30, 40],
    [3, 3, 8, 16],
  ])
    t.true(Math.abs(spectralNorm(spectralNormal({ seed: 1, gain: 2 }).create(shape), shape) - 2) < 1e-5)
  const batched = spectralNormal({ seed: 1 }).create([10, 40], { layout: { kind: 'gates', gates: 4 } })
  const gate = batched.filter((_, at) => at % 40 < 10)
  t.true(Math.abs((singularValues(gate, [10, 10])[0] as number) - 1) < 1e-5)
  const { stddev } = spectralNormal().describe([200, 200])
  t.true(Math.abs(moments(spectralNormal({ seed: 1 }).create([200, 200])).stddev - stddev) < 0.1 * stddev)
})

/** The largest absolute eigenvalue by the growth of a vector. */
function growth(w: Float64Array, n: number): number {
  let x = new Float64Array(n).map((_, i) => Math.sin(i + 1))
  let logs = 0
  const [warm, rounds] = [2000, 6000]
  for (let k = 0; k < warm + rounds; k++) {
    const y = new Float64Array(n)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) y[j] = (y[j] as number) + (x[i] as number) * (w[i * n + j] as number)
    const norm = Math.hypot(...y)
    if (k >= warm) logs += Math.log(norm)
    x = y.map((value) => value / norm)
  }
  return Math.exp(logs / rounds)
}

test('a reservoir has its spectral radius and sparsity', (t) => {
  const n = 60
  const w = reservoir({ seed: 3, spectralRadius: 0.8, sparsity: 0.7 }).create([n, n], { dtype: 'F64' })
  t.true(Math.abs(growth(w, n) - 0.8) < 1e-3)
  const zeros = w.filter((x) => x === 0).length
  t.true(Math.abs(zeros - 0.7 * n * n) < 5 * Math.sqrt(n * n * 0.21))
  const { stddev } = reservoir({ spectralRadius: 0.8, sparsity: 0.7 }).describe([n, n])
  t.true(Math.abs(moments(w).stddev - stddev) < 0.2 * stddev)
  t.deepEqual([...reservoir({ sparsity: 1 }).create([2, 2])], [0, 0, 0, 0])
  t.throws(() => reservoir().create([2, 3]), { code: 'ERR_INVALID_SHAPE' })
})

test('delay lines and cycles', (t) => {
  t.deepEqual([...delayLine({ weight: 0.5 }).create([3, 3])], [0, 0.5, 0, 0, 0, 0.5, 0, 0, 0])
  t.deepEqual([...cycleReservoir({ weight: 0.5 }).create([3, 3])], [0, 0.5, 0, 0, 0, 0.5, 0.5, 0, 0])
  const jumps = cycleReservoir({ weight: 1, jump: 2, jumpSize: 2 }).create([6, 6])
  const ends = [...jumps].flatMap((x, at) => (x === 2 ? [[Math.floor(at / 6), at % 6]] : []))
  t.deepEqual(ends, [
    [0, 2],
    [0, 4],
    [2, 0],
    [2, 4],
    [4, 0],
    [4, 2],
  ])
  const both = cycleReservoir({ weight: 1, backward: 0.25 }).create([4, 4])
  t.is(both[1], 1)
  t.is(both[4], 0.25)
})
