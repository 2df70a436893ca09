import test from 'ava'
import fc from 'fast-check'
import type { Engine } from '../src/engine/engine.js'
import type {
  ActivationName,
  LossName,
  OptimizerSpec,
  TrainerData,
  TrainerSpec,
} from '../src/engine/trainer.js'
import { engines, layer, network, noise, optimizer, rowsFor, runOf } from './support/trainers.js'

const [js, native] = engines() as [Engine, Engine?]
const both = native === undefined ? test.skip : test

const activations: ActivationName[] = [
  'linear',
  'relu',
  'leakyRelu',
  'elu',
  'gelu',
  'silu',
  'tanh',
  'sigmoid',
  'softplus',
]
const losses: LossName[] = [
  'softmaxCrossEntropy',
  'sigmoidCrossEntropy',
  'meanSquaredError',
  'meanAbsoluteError',
  'huber',
  'hinge',
]
const optimizers: Partial<OptimizerSpec>[] = [
  {},
  { momentum: 0.9, dampening: 0.2, weightDecay: 0.01 },
  { momentum: 0.9, nesterov: true, clipNorm: 0.1, accumulate: 3 },
  { weightDecay: 0.1, decoupled: true },
  { kind: 'adam', weightDecay: 0.01 },
  { kind: 'adamW', weightDecay: 0.01, decoupled: true, clipValue: 0.05 },
  { kind: 'rmsprop' },
  { kind: 'rmsprop', momentum: 0.5 },
]

const layers = fc.array(
  fc.record({
    units: fc.integer({ min: 1, max: 37 }),
    activation: fc.constantFrom(...activations),
    useBias: fc.boolean(),
    dropout: fc.constantFrom(0, 0, 0.3),
    l1: fc.constantFrom(0, 0, 0.001),
    l2: fc.constantFrom(0, 0, 0.01),
    trainable: fc.constantFrom(true, true, true, false),
  }),
  { minLength: 1, maxLength: 3 },
)

const cases = fc.record({
  inputs: fc.integer({ min: 0, max: 40 }),
  layers,
  loss: fc.constantFrom(...losses),
  labelSmoothing: fc.constantFrom(0, 0.2),
  optimizer: fc.constantFrom(...optimizers),
  rows: fc.integer({ min: 0, max: 60 }),
  batchSize: fc.integer({ min: 1, max: 64 }),
  shuffle: fc.boolean(),
  weighted: fc.boolean(),
  labelled: fc.boolean(),
})

type Case = typeof cases extends fc.Arbitrary<infer T> ? T : never

function specOf(c: Case): TrainerSpec {
  const list = c.layers.map(({ units, activation, ...more }, i) =>
    layer(units, activation, { ...more, name: `l${i}` }),
  )
  return network(c.inputs, list, { loss: c.loss, labelSmoothing: c.labelSmoothing, seed: 2n ** 40n + 3n })
}

function dataOf(c: Case): TrainerData {
  const { rows } = c
  const outputs = (c.layers.at(-1) as { units: number }).units
  const weights = c.weighted ? noise(rows, 9).map((w) => Math.abs(w)) : undefined
  const x = noise(rows * c.inputs, 4)
  const labels = Int32Array.from({ length: rows }, (_, i) => (i * 7) % Math.max(outputs, 2))
  const softmaxOfOne = c.loss === 'softmaxCrossEntropy' && outputs === 1
  if (c.labelled && !softmaxOfOne) return { x, rows, labels, weights }
  const targets = noise(rows * outputs, 5).map((t) => (c.loss === 'hinge' ? Math.sign(t) : Math.abs(t)))
  return { x, rows, targets, weights }
}

/** Everything that training leaves behind, as bits. */
async function train(engine: Engine, c: Case, threads: number): Promise<unknown> {
  const trainer = engine.trainer(specOf(c))
  trainer.setParameters(noise(trainer.parameterCount, 1).map((w) => w * 0.4))
  const rows = rowsFor(engine, specOf(c), dataOf(c))
  trainer.bind(rows, runOf(optimizer(c.optimizer), c.batchSize, { shuffle: c.shuffle, threads }))
  const batches = Math.ceil(c.rows / c.batchSize)
  const rates = Float64Array.from({ length: 2 * batches }, (_, i) => 0.05 / (1 + i))
  const totals = await trainer.run({ epoch: 0, step: 0 }, rates, Infinity)
  const evaluation = await trainer.evaluate(rows, threads)
  const outputs = await trainer.predict(dataOf(c).x, c.rows, threads)
  const result = {
    totals,
    evaluation,
    outputs: hex(outputs),
    weights: hex(trainer.getParameters()),
    state: hex(trainer.getState()),
  }
  trainer.dispose()
  return result
}

function hex(values: Float32Array): string {
  return Buffer.from(values.slice().buffer).toString('hex')
}

both('native training gives the bits of the TypeScript engine', async (t) => {
  await fc.assert(
    fc.asyncProperty(cases, async (c) => {
      const expected = await train(js, c, 1)
      t.deepEqual(await train(native as Engine, c, 1), expected)
    }),
    { numRuns: 150, seed: 6 },
  )
})

both('two threads give the bits of the TypeScript engine', async (t) => {
  const c: Case = {
    inputs: 130,
    layers: [
      { units: 96, activation: 'relu', useBias: true, dropout: 0, l1: 0, l2: 0, trainable: true },
      { units: 10, activation: 'linear', useBias: true, dropout: 0, l1: 0, l2: 0, trainable: true },
    ],
    loss: 'softmaxCrossEntropy',
    labelSmoothing: 0,
    optimizer: {},
    rows: 150,
    batchSize: 64,
    shuffle: true,
    weighted: false,
    labelled: true,
  }
  for (const rule of optimizers) {
    const wide = { ...c, optimizer: rule }
    t.deepEqual(await train(native as Engine, wide, 2), await train(js, wide, 1))
  }
})

for (const engine of engines()) {
  test(`${engine.name}: a stretch ends with its time, and what is left is taken up`, async (t) => {
    const c = fc.sample(cases, { seed: 1, numRuns: 1 })[0] as Case
    const calm = {
      ...c,
      inputs: 5,
      layers: c.layers.map((l) => ({ ...l, activation: 'tanh' as const })),
      rows: 50,
      batchSize: 7,
    }
    const expected = (await train(engine, calm, 1)) as { weights: string }
    const trainer = engine.trainer(specOf(calm))
    trainer.setParameters(noise(trainer.parameterCount, 1).map((w) => w * 0.4))
    const rows = rowsFor(engine, specOf(calm), dataOf(calm))
    trainer.bind(rows, runOf(optimizer(calm.optimizer), 7, { shuffle: calm.shuffle }))
    for (let epoch = 0; epoch < 2; epoch++) {
      for (let step = 0; step < 8;) {
        const rates = Float64Array.from({ length: 8 - step }, (_, i) => 0.05 / (1 + 8 * epoch + step + i))
        const stretch = await trainer.run({ epoch, step }, rates, 0)
        t.is(stretch.steps, 1)
        step += stretch.steps
      }
    }
    t.is(hex(trainer.getParameters()), expected.weights)
  })

  test(`${engine.name}: NaN and infinity stop a run by name`, async (t) => {
    const spec = network(1, [layer(1, 'linear')], { loss: 'meanSquaredError' })
    const trainer = engine.trainer(spec)
    trainer.setParameters(Float32Array.of(1, 0))
    const data = { x: Float32Array.of(1, 2), rows: 2, targets: Float32Array.of(0, 0) }
    trainer.bind(rowsFor(engine, spec, data), runOf(optimizer(), 1))
    await t.throwsAsync(trainer.run({ epoch: 0, step: 0 }, Float64Array.of(1e30, 1e30), 1000), {
      code: 'ERR_NOT_FINITE',
    })
  })

  test(`${engine.name}: arrays of the wrong length and unknown classes are refused`, (t) => {
    const spec = network(2, [layer(3, 'linear')])
    const trainer = engine.trainer(spec)
    const x = new Float32Array(2)
    t.throws(() => trainer.setParameters(new Float32Array(3)), { code: 'ERR_LENGTH_MISMATCH' })
    const refused = (data: TrainerData, code: string) => t.throws(() => rowsFor(engine, spec, data), { code })
    refused({ x, rows: 2, labels: Int32Array.of(0, 1) }, 'ERR_LENGTH_MISMATCH')
    refused({ x, rows: 1, labels: Int32Array.of(3) }, 'ERR_INVALID_ARGUMENT')
    refused({ x, rows: 1, labels: Int32Array.of(-1) }, 'ERR_INVALID_ARGUMENT')
  })
}

both('windows of an epoch have the bits of the TypeScript engine', async (t) => {
  const spec = network(3, [layer(5, 'tanh', { dropout: 0.3 }), layer(2, 'linear')])
  const results = []
  for (const engine of [js, native as Engine]) {
    const trainer = engine.trainer(spec)
    trainer.setParameters(noise(trainer.parameterCount, 1))
    for (const [number, first] of [0, 8, 16].entries()) {
      const rows = number === 2 ? 3 : 8
      const labels = Int32Array.from({ length: rows }, (_, i) => i % 2)
      const data = { x: noise(3 * rows, number + 1), rows, labels }
      const state = trainer.getState()
      const run = runOf(optimizer({ momentum: 0.9 }), 4, { shuffle: true, window: { number, first } })
      trainer.bind(rowsFor(engine, spec, data), run)
      trainer.setState(state)
      results.push(await trainer.run({ epoch: 1, step: 0 }, new Float64Array(2).fill(0.1), Infinity))
    }
    results.push(hex(trainer.getParameters()))
  }
  t.deepEqual(results.slice(4), results.slice(0, 4))
})
