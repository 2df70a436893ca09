import test from 'ava'
import {
  bilinear,
  chrono,
  deepNorm,
  fixup,
  gpt2,
  hippo,
  initializer,
  type InitializerLike,
  layerScale,
  lstmBias,
  mitchell,
  siren,
  smallInit,
  subLN,
  wang,
  zerO,
} from 'symbreak'

const near = (actual: number, expected: number) => Math.abs(actual - expected) < 1e-12 * Math.abs(expected)

test('depth-aware standard deviations', (t) => {
  const stddev = (made: ReturnType<typeof gpt2>, shape = [64, 256]) => made.describe(shape).stddev
  t.is(stddev(gpt2()), 0.02)
  t.true(near(stddev(gpt2({ layers: 12 })), 0.02 / Math.sqrt(24)))
  t.true(near(stddev(smallInit()), Math.sqrt(2 / (5 * 64))))
  t.true(near(stddev(smallInit({ dim: 100 })), Math.sqrt(2 / 500)))
  t.true(near(stddev(wang({ layers: 8 })), 2 / (8 * 8)))
  t.true(near(mitchell().describe([64, 256]).max, 3 / 8))
  t.true(near(mitchell({ layer: 3 }).describe([64, 256]).max, 3 / 8 / Math.sqrt(8)))
  const xavier = Math.sqrt(2 / (64 + 256))
  t.true(near(stddev(deepNorm({ encoderLayers: 12 })), xavier * 96 ** -0.25))
  t.true(near(stddev(deepNorm({ decoderLayers: 12 })), xavier * 96 ** -0.25))
  const both = { encoderLayers: 6, decoderLayers: 4 }
  t.true(near(stddev(deepNorm({ ...both, part: 'encoder' })), xavier * 0.87 * (6 ** 4 * 4) ** (-1 / 16)))
  t.true(near(stddev(deepNorm({ ...both, part: 'decoder' })), xavier * 48 ** -0.25))
  t.true(near(stddev(subLN({ decoderLayers: 12 })), xavier * Math.sqrt(Math.log(24))))
  t.true(
    near(stddev(subLN({ ...both, part: 'encoder' })), xavier * Math.sqrt((Math.log(12) * Math.log(12)) / 3)),
  )
  t.true(near(stddev(subLN({ ...both, part: 'decoder' })), xavier * Math.sqrt(Math.log(12))))
  t.throws(() => deepNorm(both), { code: 'ERR_INVALID_ARGUMENT' })
  t.throws(() => deepNorm({}), { code: 'ERR_INVALID_ARGUMENT' })
  t.deepEqual(
    [18, 24, 25].map((depth) => layerScale({ depth }).describe([1]).mean),
    [0.1, 1e-5, 1e-6],
  )
})

test('fixup scales by the number of blocks', (t) => {
  const he = Math.sqrt(2 / (9 * 32))
  t.true(near(fixup({ blocks: 16 }).describe([3, 3, 16, 32]).stddev, he / 4))
  t.true(near(fixup({ blocks: 16, layersPerBlock: 3 }).describe([3, 3, 16, 32]).stddev, he / 2))
  t.true(near(fixup({ blocks: 1 }).describe([3, 3, 16, 32]).stddev, he))
})

test('siren', (t) => {
  t.is(siren({ first: true }).describe([4, 9]).max, 1 / 4)
  t.is(siren().describe([6, 9]).max, 1 / 30)
})

test('biases of an LSTM', (t) => {
  t.deepEqual([...lstmBias().create([8])], [0, 0, 1, 1, 0, 0, 0, 0])
  t.throws(() => lstmBias().create([6]), { code: 'ERR_INVALID_SHAPE' })
  const made = chrono({ maxSteps: 100, seed: 1 })
  const values = made.create([40_000])
  const units = 10_000
  const { stddev, max } = made.describe([40_000])
  for (let k = 0; k < units; k++)
    t.true((values[units + k] as number) >= 0 && values[k] === -(values[units + k] as number))
  t.true(values.subarray(2 * units).every((x) => x === 0))
  t.true(values.every((x) => Math.abs(x) <= Math.fround(max)))
  const spread = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0) / values.length)
  t.true(Math.abs(spread / stddev - 1) < 0.01)
  t.deepEqual(made.create([40_000], { offset: 100, length: 50 }), values.slice(100, 150))
})

test('ZerO is orthonormal and free of chance', (t) => {
  t.deepEqual([...zerO({ layout: 'torch' }).create([2, 3])], [1, 0, 0, 0, 1, 0])
  const [inputs, outputs] = [5, 8]
  const values = zerO().create([inputs, outputs])
  for (let a = 0; a < inputs; a++) {
    for (let b = 0; b < inputs; b++) {
      let dot = 0
      for (let o = 0; o < outputs; o++)
        dot += (values[a * outputs + o] as number) * (values[b * outputs + o] as number)
      t.true(Math.abs(dot - Number(a === b)) < 1e-6)
    }
  }
  const kernel = zerO().create([3, 2, 2])
  t.deepEqual([...kernel], [0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0])
})

test('bilinear upsampling reproduces straight lines', (t) => {
  const kernel = bilinear({ layout: 'torch' }).create([1, 1, 4])
  t.deepEqual([...kernel], [0.25, 0.75, 0.75, 0.25])
  t.deepEqual([...bilinear({ layout: 'torch' }).create([1, 1, 3])], [0.5, 1, 0.5])
  const plane = bilinear({ layout: 'torch' }).create([2, 2, 2, 2])
  t.deepEqual(
    [...plane],
    [1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1].map((x) => x / 4),
  )
})

test('HiPPO-LegS', (t) => {
  const expected = [-1, 0, 0, -Math.sqrt(3), -2, 0, -Math.sqrt(5), -Math.sqrt(15), -3]
  t.deepEqual([...hippo().create([3, 3])], expected.map(Math.fround))
  t.throws(() => hippo().create([3, 4]), { code: 'ERR_INVALID_SHAPE' })
})

test('all of them go through JSON', (t) => {
  const all = [
    gpt2({ layers: 3 }),
    smallInit(),
    wang({ layers: 2, dim: 5 }),
    mitchell({ layer: 0 }),
    deepNorm({ encoderLayers: 3 }),
    subLN({ decoderLayers: 3 }),
    layerScale({ depth: 5 }),
    fixup({ blocks: 3 }),
    siren({ first: true }),
    lstmBias(),
    chrono({ maxSteps: 9, seed: 4 }),
    zerO(),
    bilinear(),
    hippo(),
  ]
  for (const one of all) {
    const text = JSON.stringify(one)
    t.is(JSON.stringify(initializer(JSON.parse(text) as InitializerLike)), text)
  }
})
