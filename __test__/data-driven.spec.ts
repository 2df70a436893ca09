import test from 'ava'
import {
  fromPretrained,
  Generator,
  grow,
  initializer,
  lsuv,
  normal,
  olora,
  orthogonal,
  orthogonalityError,
  pca,
  pissa,
  resizeEmbedding,
  zca,
} from 'symbreak'

/** Correlated observations with a mean. */
function observations(rows: number, features: number) {
  const noise = normal(rows * features, { seed: 1 })
  const data = noise.map((x, at) => {
    const feature = at % features
    return 3 + x * (feature + 1) + (feature > 0 ? 0.8 * (noise[at - 1] as number) : 0)
  })
  return { data, shape: [rows, features] as [number, number] }
}

interface Seen {
  data: Float32Array
  shape: [number, number]
}

function project({ data, shape: [rows, features] }: Seen, kernel: Float32Array, bias: Float32Array) {
  const outputs = bias.length
  const out = new Float64Array(rows * outputs)
  for (let r = 0; r < rows; r++)
    for (let o = 0; o < outputs; o++) {
      let sum = bias[o] as number
      for (let i = 0; i < features; i++)
        sum += (data[r * features + i] as number) * (kernel[i * outputs + o] as number)
      out[r * outputs + o] = sum
    }
  return out
}

/** Covariance of columns i and j, about 0. */
const covariance = (out: Float64Array, columns: number, i: number, j: number) => {
  let sum = 0
  for (let at = 0; at < out.length; at += columns) sum += (out[at + i] as number) * (out[at + j] as number)
  return (sum * columns) / out.length
}

test('pca: uncorrelated outputs, the largest variance first', (t) => {
  const seen = observations(500, 5)
  const { kernel, bias } = pca(seen, { components: 3 })
  const out = project(seen, kernel, bias)
  for (let i = 0; i < 3; i++) for (let j = 0; j < i; j++) t.true(Math.abs(covariance(out, 3, i, j)) < 1e-3)
  t.true(
    covariance(out, 3, 0, 0) > covariance(out, 3, 1, 1) &&
      covariance(out, 3, 1, 1) > covariance(out, 3, 2, 2),
  )
  const white = pca(seen, { whiten: true, epsilon: 0 })
  const whitened = project(seen, white.kernel, white.bias)
  for (let i = 0; i < 5; i++)
    for (let j = 0; j < 5; j++) t.true(Math.abs(covariance(whitened, 5, i, j) - Number(i === j)) < 1e-3)
})

test('zca whitens and is symmetric', (t) => {
  const seen = observations(500, 4)
  const { kernel, bias } = zca(seen, { epsilon: 0 })
  const out = project(seen, kernel, bias)
  for (let i = 0; i < 4; i++)
    for (let j = 0; j < 4; j++) {
      t.true(Math.abs(covariance(out, 4, i, j) - Number(i === j)) < 1e-3)
      t.true(Math.abs((kernel[4 * i + j] as number) - (kernel[4 * j + i] as number)) < 1e-6)
    }
  t.throws(() => pca({ data: new Float32Array(3), shape: [2, 2] }), { code: 'ERR_LENGTH_MISMATCH' })
  t.throws(() => zca({ data: new Float32Array(0), shape: [0, 2] }), { code: 'ERR_INVALID_SHAPE' })
})

test('new rows of an embedding have the mean and covariance of the old', (t) => {
  const { data, shape } = observations(300, 3)
  const grown = resizeEmbedding(data, shape, 3300, { seed: 1 })
  t.deepEqual(grown.subarray(0, 900), data)
  const centre = (values: Float32Array) => {
    const mean = [0, 1, 2].map(
      (j) => values.filter((_, at) => at % 3 === j).reduce((a, b) => a + b) / (values.length / 3),
    )
    return { mean, centred: Float64Array.from(values, (x, at) => x - (mean[at % 3] as number)) }
  }
  const [old, made] = [centre(data), centre(grown.subarray(900))]
  for (let i = 0; i < 3; i++) {
    t.true(Math.abs((old.mean[i] as number) - (made.mean[i] as number)) < 0.4)
    for (let j = 0; j < 3; j++) {
      const scale = Math.sqrt(covariance(old.centred, 3, i, i) * covariance(old.centred, 3, j, j))
      t.true(Math.abs(covariance(old.centred, 3, i, j) - covariance(made.centred, 3, i, j)) < 0.15 * scale)
    }
  }
  t.deepEqual(resizeEmbedding(data, shape, 10, { seed: 1 }), data.slice(0, 30))
  t.throws(() => resizeEmbedding(data, shape, 10, { seed: -1 }), { code: 'ERR_INVALID_SEED' })
})

test('lsuv: the outputs of every layer get the deviation asked for', async (t) => {
  const x = normal(200 * 8, { seed: 4, stddev: 5 })
  const kernels = [0, 1].map((k) => orthogonal({ seed: k }).create([8, 8]))
  const forward = (depth: number) => {
    let data: { data: Float32Array; shape: [number, number] } = { data: x, shape: [200, 8] }
    let out: Float64Array = new Float64Array()
    for (const kernel of kernels.slice(0, depth + 1)) {
      out = project(data, kernel, new Float32Array(8))
      data = { data: Float32Array.from(out, (value) => Math.max(0, value)), shape: [200, 8] }
    }
    return Float32Array.from(out)
  }
  const layers = kernels.map((weights, k) => ({ weights, outputs: async () => forward(k) }))
  const reached = await lsuv(layers, { tolerance: 0.01, stddev: 2 })
  t.is(reached.length, 2)
  t.true(reached.every((stddev) => Math.abs(stddev - 2) <= 0.01))
  await t.throwsAsync(lsuv(layers, { signal: AbortSignal.abort() }), { code: 'ERR_ABORTED' })
  const dead = [{ weights: new Float32Array(1), outputs: () => new Float32Array(4) }]
  await t.throwsAsync(lsuv(dead), { code: 'ERR_INVALID_ARGUMENT' })
})

test('fromPretrained: exact, sliced, and filled beyond', (t) => {
  const made = fromPretrained({ data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [2, 3] }, { fill: 9 })
  t.deepEqual([...made.create([2, 3])], [1, 2, 3, 4, 5, 6])
  t.deepEqual([...made.create([1, 2])], [1, 2])
  t.deepEqual([...made.create([3, 2])], [1, 2, 4, 5, 9, 9])
  t.deepEqual([...initializer(JSON.parse(JSON.stringify(made))).create([3, 2])], [1, 2, 4, 5, 9, 9])
  t.throws(() => made.create([6]), { code: 'ERR_INVALID_SHAPE' })
  t.throws(() => fromPretrained({ data: new Float32Array(3), shape: [2, 2] }), {
    code: 'ERR_LENGTH_MISMATCH',
  })
})

test('grow: a wider layer computes the same', (t) => {
  const g = new Generator(3)
  const [kernel, bias, next] = [g.normal(5 * 4), g.normal(4), g.normal(4 * 3)]
  const x = { data: g.normal(10 * 5), shape: [10, 5] as [number, number] }
  const run = (layers: { kernel: Float32Array; bias?: Float32Array; next: Float32Array }, units: number) => {
    const hidden = project(x, layers.kernel, layers.bias as Float32Array)
    const relu = {
      data: Float32Array.from(hidden, (value) => Math.max(0, value)),
      shape: [10, units] as [number, number],
    }
    return project(relu, layers.next, new Float32Array(3))
  }
  const before = run({ kernel, bias, next }, 4)
  const wide = grow({ kernel, bias, next }, { from: 4, to: 11 }, { seed: 1 })
  t.is(wide.kernel.length, 55)
  const after = run(wide, 11)
  t.true(after.every((value, i) => Math.abs(value - (before[i] as number)) < 1e-5))
  t.throws(() => grow({ kernel, next }, { from: 4, to: 3 }, { seed: 1 }), { code: 'ERR_INVALID_ARGUMENT' })
  t.throws(() => grow({ kernel, next }, { from: 3, to: 5 }, { seed: 1 }), { code: 'ERR_LENGTH_MISMATCH' })
})

/** Entry (i, j) of the product of a [rows, 3] and a [3, columns] matrix. */
const entry = (left: Float32Array, right: Float32Array, columns: number, i: number, j: number) =>
  [0, 1, 2].reduce((sum, r) => sum + (left[i * 3 + r] as number) * (right[r * columns + j] as number), 0)

test('pissa and olora: weights are the residual and the scaled update', (t) => {
  for (const factor of [pissa, olora]) {
    for (const [shape, layout] of [
      [[12, 8], 'keras'],
      [[8, 12], 'torch'],
      [[9, 9], 'torch'],
    ] as const) {
      const columns = shape[1]
      const w = normal(shape[0] * columns, { seed: 6 })
      const { a, b, residual } = factor(w, shape, { rank: 3, scaling: 2, layout })
      const [left, right] = layout === 'keras' ? [a, b] : [b, a]
      const again = residual.map(
        (x, at) => x + 2 * entry(left, right, columns, Math.floor(at / columns), at % columns),
      )
      t.true(again.every((x, at) => Math.abs(x - (w[at] as number)) < 1e-5))
    }
  }
  const { b } = olora(normal(80, { seed: 6 }), [10, 8], { rank: 3, layout: 'torch' })
  t.true(orthogonalityError(b, [10, 3]) < 1e-6)
  // What PiSSA leaves is the rest of the spectrum: no matrix of that rank leaves less.
  const w = normal(64, { seed: 8 })
  const { residual } = pissa(w, [8, 8], { rank: 8 })
  t.true(residual.every((x) => Math.abs(x) < 1e-5))
  t.throws(() => pissa(w, [8, 8], { rank: 9 }), { code: 'ERR_INVALID_ARGUMENT' })
})
