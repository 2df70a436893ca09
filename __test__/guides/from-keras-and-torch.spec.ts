/** What src/guides/from-keras-and-torch.md says, against configs that Keras wrote and the formulas of both sources. */
import { readFileSync } from 'node:fs'
import * as symbreak from 'symbreak'
import { moments, near, testClaims } from './claims.js'

type Config = { class_name: string; config: Record<string, unknown> }
const file = new URL('../data/keras_initializer_configs.json', import.meta.url)
const { configs } = JSON.parse(readFileSync(file, 'utf8')) as {
  configs: { call: string; serialized: Config }[]
}
const square = [300, 300]
const stddev = (init: symbreak.Initializer, shape = square) => moments(init.create(shape)).stddev

testClaims('from-keras-and-torch.md', {
  "Keras's names, in any spelling, make Keras's initializers": (t) => {
    for (const name of ['he_normal', 'HeNormal', 'heNormal'])
      t.is(symbreak.initializer(name).className, 'HeNormal')
  },
  "torch's names work too, with or without their underscore": (t) => {
    for (const [name, className] of [
      ['kaiming_normal_', 'KaimingNormal'],
      ['xavier_uniform_', 'XavierUniform'],
      ['trunc_normal_', 'TruncNormal'],
      ['xavier_normal', 'XavierNormal'],
    ] as const) {
      t.is(symbreak.initializer(name).className, className)
    }
  },
  'Every config that Keras wrote is read, and written again as Keras reads it': (t) => {
    t.true(configs.length >= 12)
    for (const { call, serialized } of configs) {
      const written = symbreak.initializer(serialized as never).toJSON()
      t.is(written.class_name, serialized.class_name, call)
      const theirs = new Set(Object.keys(serialized.config))
      t.true(
        Object.keys(written.config).every((key) => theirs.has(key)),
        `${call}: ${JSON.stringify(written)}`,
      )
    }
  },
  'The truncated laws of Keras keep their standard deviation after the cut': (t) => {
    const law = symbreak.heNormal({ seed: 1 })
    t.true(near(law.describe([512, 512]).stddev, 0.0625, 1e-6))
    t.true(near(stddev(law, [512, 512]), 0.0625, 0.01))
  },
  'TruncatedNormal itself is cut at two standard deviations and shrinks, as in Keras': (t) => {
    const { max, stddev: spread } = moments(symbreak.truncatedNormal({ stddev: 1, seed: 1 }).create(square))
    t.true(max <= 2 && max > 1.99)
    t.true(near(spread, 0.8796, 0.01))
  },
  'kaimingNormal and xavierNormal are not cut, as in torch': (t) => {
    for (const init of [symbreak.kaimingNormal({ seed: 1 }), symbreak.xavierNormal({ seed: 1 })]) {
      const { max, stddev: spread } = moments(init.create(square))
      t.true(max > 3.5 * spread, init.className)
    }
  },
  'torchDefault is what torch.nn.Linear starts from': (t) => {
    const linear = { layout: 'torch' } as const
    t.true(near(symbreak.torchDefault().describe([10, 400], linear).max, 1 / Math.sqrt(400), 1e-6))
    const kaiming = symbreak.kaimingUniform({ a: Math.sqrt(5), seed: 1 })
    t.true(near(kaiming.describe([10, 400], linear).max, 1 / Math.sqrt(400), 1e-6))
  },
  "truncNormal has absolute bounds, as torch's trunc_normal_": (t) => {
    const torch = moments(symbreak.truncNormal({ std: 0.02, seed: 1 }).create(square))
    t.true(torch.max > 0.07 && near(torch.stddev, 0.02, 0.02))
    t.true(moments(symbreak.truncatedNormal({ stddev: 0.02, seed: 1 }).create(square)).max <= 0.04)
    t.true(moments(symbreak.truncNormal({ std: 1, a: -0.5, b: 1, seed: 1 }).create(square)).min >= -0.5)
  },
  "calculateGain gives torch's gains": (t) => {
    const gains = { linear: 1, sigmoid: 1, tanh: 5 / 3, relu: Math.SQRT2, selu: 0.75 }
    for (const [name, gain] of Object.entries(gains))
      t.true(near(symbreak.calculateGain(name as never), gain, 1e-9), name)
    t.true(near(symbreak.calculateGain('leaky_relu', 0.2), Math.sqrt(2 / 1.04), 1e-9))
  },
  'layout torch counts fans as torch does, and refuses a vector as torch does': (t) => {
    t.deepEqual(symbreak.computeFans([64, 32, 3, 3], 'torch'), { fanIn: 288, fanOut: 576 })
    t.throws(() => symbreak.computeFans([64], 'torch'), { code: 'ERR_INVALID_SHAPE' } as never)
  },
  "orthogonal looks at a kernel as the layout's framework does": (t) => {
    const dots = (
      layout: 'keras' | 'torch',
      shape: number[],
      [rows, columns, step]: [number, number, number],
    ) => {
      const values = symbreak.orthogonal({ seed: 1 }).create(shape, { layout })
      const at = (line: number, k: number) => values[line * step + k * (step === 1 ? rows : 1)] as number
      let worst = 0
      for (let a = 0; a < rows; a++) {
        for (let b = 0; b < rows; b++) {
          let dot = 0
          for (let k = 0; k < columns; k++) dot += at(a, k) * at(b, k)
          worst = Math.max(worst, Math.abs(dot - Number(a === b)))
        }
      }
      return worst
    }
    t.true(dots('torch', [4, 2, 3, 3], [4, 18, 18]) < 1e-5)
    t.true(dots('keras', [3, 3, 2, 4], [4, 18, 1]) < 1e-5)
  },
  'The numbers are not theirs': (t) => {
    // torch.manual_seed(0); torch.rand(3)
    const torch = Float32Array.of(0.4962566, 0.7682218, 0.0884774)
    t.notDeepEqual(symbreak.uniform(3, { seed: 0 }), torch)
  },
  'There is no global generator: the order of creation does not matter': (t) => {
    const make = (path: string) => symbreak.heNormal({ seed: 7 }).create([4, 4], { path })
    const [a, b] = [make('a'), make('b')]
    t.deepEqual([make('b'), make('a')], [b, a])
  },
  'An unseeded initializer that two layers share gives them different values': (t) => {
    const shared = symbreak.heNormal()
    t.notDeepEqual(shared.create([4, 4]), shared.create([4, 4]))
  },
  'A seeded one gives the same for the same path: name your tensors': (t) => {
    const seeded = symbreak.heNormal({ seed: 7 })
    t.deepEqual(seeded.create([4, 4]), seeded.create([4, 4]))
    t.notDeepEqual(seeded.create([4, 4], { path: 'a' }), seeded.create([4, 4], { path: 'b' }))
    const tensors = ['a', 'b'].map((name) => ({ name, shape: [4, 4], init: seeded }))
    const made = symbreak.plan({ seed: 7, tensors }).create()
    t.notDeepEqual([...(made.get('a') ?? [])], [...(made.get('b') ?? [])])
  },
  'Groups divide the fans of a grouped convolution where they should': (t) => {
    const torch = symbreak.computeFans([64, 8, 3, 3], 'torch')
    t.is(torch.fanOut, 64 * 9)
    const grouped = symbreak.computeFans([64, 8, 3, 3], { kind: 'grouped', groups: 4, base: 'torch' })
    t.deepEqual(grouped, { fanIn: 8 * 9, fanOut: 16 * 9 })
  },
  'A seed is a whole number from 0 to 2^64 - 1, bigint above 2^53': (t) => {
    t.notThrows(() => symbreak.heNormal({ seed: 2n ** 64n - 1n }).create([2, 2]))
    for (const seed of [-1, 1.5, 2 ** 53, 2n ** 64n])
      t.throws(() => symbreak.heNormal({ seed }), { code: 'ERR_INVALID_SEED' } as never)
  },
  '16-bit tensors are drawn in single precision and rounded once, and stay within their bounds': (t) => {
    const law = symbreak.truncNormal({ std: 0.02, a: -0.04, b: 0.04, seed: 1 })
    const words = law.create(square, { dtype: 'BF16' }) as unknown as Uint16Array
    const wide = new Float32Array(Uint32Array.from(words, (word) => word << 16).buffer)
    t.true(wide.every((value) => value >= -0.04 && value <= 0.04))
    const single = law.create(square)
    t.true(
      wide.every(
        (value, i) =>
          Math.abs(value - (single[i] as number)) <= Math.abs(single[i] as number) * 2 ** -7 + 1e-9,
      ),
    )
  },
  "Weight decay, momentum and their defaults are torch's, not Keras's": async (t) => {
    // One weight w = 1, loss (w x)^2 with x = 0: the gradient is the decay alone, torch's sum of d_p + weight_decay * p.
    const net = new symbreak.Network({
      inputs: 1,
      layers: [symbreak.dense(1, { useBias: false, kernelInitializer: 'ones' })],
      loss: 'meanSquaredError',
      seed: 1,
    })
    const optimizer = symbreak.sgd({ learningRate: 0.5, momentum: 0.9, weightDecay: 0.1 })
    await net.fit(Float32Array.of(0), Float32Array.of(0), { epochs: 2, batchSize: 1, optimizer })
    // torch: v1 = 0.1, w1 = 1 - 0.05; v2 = 0.9 * 0.1 + 0.1 * w1, w2 = w1 - 0.5 * v2.
    t.true(near(net.weights.get('dense_1/kernel')?.[0] as number, 0.95 - 0.5 * (0.09 + 0.095), 1e-6))
  },
})
