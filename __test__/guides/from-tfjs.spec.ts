/** What src/guides/from-tfjs.md says, run against tfjs itself. */
import '@tensorflow/tfjs-backend-cpu'
import * as core from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import * as symbreak from 'symbreak'
import { tfjsInitializer } from 'symbreak/tfjs'
import { moments, near, testClaims } from './claims.js'

const tf = { ...core, ...layers }

// `orthogonal` of tfjs uses the chained forms of its operations, which the package @tensorflow/tfjs registers.
const chained = core.Tensor.prototype as unknown as Record<string, unknown>
for (const [name, operation] of Object.entries(core as Record<string, unknown>)) {
  if (typeof operation !== 'function' || name in chained) continue
  chained[name] = function method(this: core.Tensor, ...rest: unknown[]): unknown {
    return operation(this, ...rest)
  }
}
chained['flatten'] = function flatten(this: core.Tensor): core.Tensor {
  return core.reshape(this, [this.size])
}

type TfjsInitializer = ReturnType<typeof tf.initializers.zeros>

const values = (init: TfjsInitializer, shape: number[]) => init.apply(shape).dataSync() as Float32Array
const square = [300, 300]

const dense = (units: number, inputs: number, kernelInitializer: TfjsInitializer) =>
  tf.layers.dense({ units, inputShape: [inputs], kernelInitializer })

/** The kernels of a model made of layers. */
const kernels = (...list: ReturnType<typeof tf.layers.dense>[]) =>
  tf.sequential({ layers: list }).layers.map((layer) => layer.getWeights()[0]?.dataSync() as Float32Array)

/** Largest distance of the rows' Gram matrix from the identity. */
function distanceFromOrthonormal(matrix: ArrayLike<number>, rows: number, columns: number): number {
  let worst = 0
  for (let a = 0; a < rows; a++) {
    for (let b = 0; b < rows; b++) {
      let dot = 0
      for (let k = 0; k < columns; k++)
        dot += Number(matrix[a * columns + k]) * Number(matrix[b * columns + k])
      worst = Math.max(worst, Math.abs(dot - Number(a === b)))
    }
  }
  return worst
}

const xor = { x: Float32Array.of(0, 0, 0, 1, 1, 0, 1, 1), y: Float32Array.of(0, 1, 1, 0) }

testClaims('from-tfjs.md', {
  'Every initializer of tf.initializers has the same name here': (t) => {
    const names = Object.keys(tf.initializers)
    t.true(names.length >= 15)
    for (const name of names) t.notThrows(() => symbreak.initializer(name), name)
  },
  'A config that tfjs wrote is read': (t) => {
    for (const init of [
      tf.initializers.heNormal({ seed: 7 }),
      tf.initializers.randomUniform({ minval: -1, maxval: 2, seed: 7 }),
      tf.initializers.varianceScaling({ scale: 3, mode: 'fanOut', distribution: 'uniform', seed: 7 }),
      tf.initializers.orthogonal({ gain: 2, seed: 7 }),
      tf.initializers.constant({ value: 3 }),
    ]) {
      const config = { className: init.getClassName(), config: init.getConfig() }
      const read = symbreak.initializer(config as never)
      t.true(
        near(moments(read.create([60, 40])).stddev, moments(values(init, [60, 40])).stddev, 0.2),
        config.className,
      )
    }
  },
  "Dense and convolution kernels keep tfjs's shapes, so their fans are the same": (t) => {
    for (const shape of [
      [40, 300],
      [3, 3, 20, 60],
      [3, 3, 3, 5, 80],
    ]) {
      const ours = symbreak.heUniform({ seed: 1 }).describe(shape)
      const theirs = moments(values(tf.initializers.heUniform({ seed: 1 }), shape))
      t.true(near(theirs.stddev, ours.stddev), String(shape))
      t.true(theirs.max <= ours.max && theirs.max > 0.99 * ours.max, String(shape))
    }
  },
  'The uniform initializers have the same bounds': (t) => {
    for (const name of ['glorotUniform', 'heUniform', 'leCunUniform', 'randomUniform'] as const) {
      const { min, max } = symbreak.initializer(name).describe(square)
      const theirs = moments(values(tf.initializers[name]({ seed: 1 } as never), square))
      t.true(
        theirs.min >= min && near(theirs.min, min, 1e-3) && theirs.max <= max && near(theirs.max, max, 1e-3),
        name,
      )
    }
  },
  'zeros, ones, constant and identity are equal to the last bit': (t) => {
    const same = (theirs: TfjsInitializer, ours: symbreak.Initializer) =>
      t.deepEqual(values(theirs, [5, 5]), ours.create([5, 5]))
    same(tf.initializers.zeros(), symbreak.zeros())
    same(tf.initializers.ones(), symbreak.ones())
    same(tf.initializers.constant({ value: 0.1 }), symbreak.constant({ value: 0.1 }))
    same(tf.initializers.identity({ gain: 3 }), symbreak.identity({ gain: 3 }))
  },
  'truncatedNormal is cut at two standard deviations, and not widened for it': (t) => {
    for (const array of [
      values(tf.initializers.truncatedNormal({ stddev: 0.5, seed: 1 }), square),
      symbreak.truncatedNormal({ stddev: 0.5, seed: 1 }).create(square),
    ]) {
      const { min, max, stddev } = moments(array)
      t.true(min >= -1 && max <= 1 && max > 0.99)
      t.true(near(stddev, 0.5 * 0.8796))
    }
  },
  'orthogonal has orthonormal rows or columns': (t) => {
    const theirs = values(tf.initializers.orthogonal({ seed: 1 }), [6, 9])
    const ours = symbreak.orthogonal({ seed: 1 }).create([6, 9])
    for (const array of [theirs, ours]) t.true(distanceFromOrthonormal(array, 6, 9) < 1e-5)
  },
  'heNormal, glorotNormal and leCunNormal are 12 % too narrow in tfjs': (t) => {
    for (const name of ['heNormal', 'glorotNormal', 'leCunNormal'] as const) {
      const wanted = symbreak.initializer(name).describe(square).stddev
      t.true(near(moments(symbreak.initializer(name).create(square, { seed: 1 })).stddev, wanted, 0.02), name)
      t.true(
        near(moments(values(tf.initializers[name]({ seed: 1 }), square)).stddev, 0.88 * wanted, 0.02),
        name,
      )
    }
    const narrow = symbreak.varianceScaling({ scale: 2 * 0.7737, mode: 'fan_in' }).describe(square).stddev
    t.true(near(narrow, 0.8796 * symbreak.heNormal().describe(square).stddev, 1e-3))
  },
  'varianceScaling with distribution truncatedNormal draws a uniform law in tfjs': (t) => {
    const options = { scale: 3 * 300, mode: 'fanIn', distribution: 'truncatedNormal' } as const
    // A uniform law of variance 3 ends at 3, a normal law cut at two standard deviations of it far beyond.
    t.true(moments(values(tf.initializers.varianceScaling({ ...options, seed: 1 }), square)).max <= 3)
    t.true(moments(symbreak.varianceScaling({ ...options, seed: 1 }).create(square)).max > 3.5)
  },
  'seed 0 is ignored by the normal initializers of tfjs': (t) => {
    t.notDeepEqual(
      values(tf.initializers.heNormal({ seed: 0 }), [8, 8]),
      values(tf.initializers.heNormal({ seed: 0 }), [8, 8]),
    )
    t.deepEqual(symbreak.heNormal({ seed: 0 }).create([8, 8]), symbreak.heNormal({ seed: 0 }).create([8, 8]))
  },
  'minval 0, maxval 0 and stddev 0 become the defaults in tfjs': (t) => {
    const { randomUniform, randomNormal } = tf.initializers
    t.true(moments(values(randomUniform({ minval: 0, maxval: 1, seed: 1 }), square)).min < -0.04)
    t.true(moments(values(randomUniform({ minval: -1, maxval: 0, seed: 1 }), square)).max > 0.04)
    t.true(moments(values(randomNormal({ mean: 1, stddev: 0, seed: 1 }), square)).stddev > 0.04)
    t.true(moments(symbreak.randomUniform({ minval: 0, maxval: 1, seed: 1 }).create(square)).min >= 0)
    t.true(moments(symbreak.randomUniform({ minval: -1, maxval: 0, seed: 1 }).create(square)).max < 0)
    t.deepEqual(
      symbreak.randomNormal({ mean: 1, stddev: 0, seed: 1 }).create([4]),
      Float32Array.of(1, 1, 1, 1),
    )
  },
  'orthogonal without arguments throws in tfjs': (t) => {
    t.throws(() => (tf.initializers.orthogonal as () => TfjsInitializer)(), { instanceOf: TypeError })
    t.is(symbreak.orthogonal().create([3, 3]).length, 9)
  },
  'A vector has fans sqrt(n) in tfjs, n here': (t) => {
    const theirs = moments(values(tf.initializers.heUniform({ seed: 1 }), [10_000]))
    t.true(near(theirs.max, Math.sqrt(6 / Math.sqrt(10_000)), 1e-2))
    t.true(near(symbreak.heUniform({ seed: 1 }).describe([10_000]).max, Math.sqrt(6 / 10_000), 1e-6))
  },
  'A scale of 0 is accepted by varianceScaling of tfjs': (t) => {
    const zero = tf.initializers.varianceScaling({
      scale: 0,
      mode: 'fanIn',
      distribution: 'uniform',
      seed: 1,
    })
    t.deepEqual(moments(values(zero, [4, 4])).max, 0)
    t.throws(() => symbreak.varianceScaling({ scale: 0 }), { code: 'ERR_INVALID_ARGUMENT' } as never)
  },
  'Two layers with one seeded initializer are twins in tfjs': (t) => {
    const [first, second] = kernels(
      dense(8, 8, tf.initializers.heNormal({ seed: 7 })),
      dense(8, 8, tf.initializers.heNormal({ seed: 7 })),
    )
    t.deepEqual(first, second)
    const ours = symbreak.heNormal({ seed: 7 })
    const [twin, other] = kernels(
      dense(8, 8, tfjsInitializer(tf, ours)),
      dense(8, 8, tfjsInitializer(tf, ours)),
    )
    t.deepEqual(twin, other)
    const [a, b] = ['a', 'b'].map((path) => kernels(dense(8, 8, tfjsInitializer(tf, ours, { path })))[0])
    t.notDeepEqual(a, b)
  },
  'An initializer without a seed can be asked which one it drew': (t) => {
    const init = symbreak.heNormal()
    const path = '#0'
    t.deepEqual(
      init.create([4, 4]),
      symbreak.heNormal({ seed: init.seed as bigint }).create([4, 4], { path }),
    )
    t.is(tf.initializers.heNormal({}).getConfig()['seed'] ?? undefined, undefined)
  },
  'The result is a typed array: there is nothing to dispose of': (t) => {
    const before = tf.memory().numTensors
    t.true(symbreak.heNormal({ seed: 1 }).create([3, 3]) instanceof Float32Array)
    t.is(tf.memory().numTensors, before)
    tf.initializers.heNormal({ seed: 1 }).apply([3, 3])
    t.true(tf.memory().numTensors > before)
  },
  'A part of a tensor can be made alone': (t) => {
    const whole = symbreak.heNormal({ seed: 1 }).create([100, 100])
    const part = symbreak.heNormal({ seed: 1 }).create([100, 100], { offset: 5000, length: 10 })
    t.deepEqual(part, whole.slice(5000, 5010))
  },
  'fit shuffles by Math.random in tfjs, by the seed here': async (t) => {
    const theirs = async () => {
      const layer = dense(4, 2, tf.initializers.glorotUniform({ seed: 1 }))
      const last = tf.layers.dense({
        units: 1,
        kernelInitializer: tf.initializers.glorotUniform({ seed: 2 }),
      })
      const model = tf.sequential({ layers: [layer, last] })
      model.compile({ optimizer: tf.train.sgd(0.05), loss: 'meanSquaredError' })
      await model.fit(tf.tensor2d(xor.x, [4, 2]), tf.tensor2d(xor.y, [4, 1]), {
        epochs: 8,
        batchSize: 1,
        verbose: 0,
      })
      return model.layers[0]?.getWeights()[0]?.dataSync()
    }
    const ours = async () => {
      const config = {
        inputs: 2,
        layers: [symbreak.dense(4), symbreak.dense(1)],
        loss: 'meanSquaredError',
        seed: 1,
      } as const
      const net = new symbreak.Network(config)
      const optimizer = symbreak.sgd({ learningRate: 0.05 })
      await net.fit(xor.x, xor.y, { epochs: 8, batchSize: 1, optimizer })
      return net.weights.get('dense_1/kernel')
    }
    t.notDeepEqual(await theirs(), await theirs())
    t.deepEqual(await ours(), await ours())
  },
  'fit of tfjs refuses sampleWeight; here it is an option': async (t) => {
    const model = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] })
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' })
    const sampleWeight = Float32Array.of(1, 2, 1, 2)
    const [x, y] = [tf.tensor2d(xor.x, [4, 2]), tf.tensor2d(xor.y, [4, 1])]
    const refused = model.fit(x, y, { sampleWeight: tf.tensor1d(sampleWeight), verbose: 0 } as never)
    await t.throwsAsync(refused, { message: /not supported/ })
    const net = new symbreak.Network({
      inputs: 2,
      layers: [symbreak.dense(1)],
      loss: 'meanSquaredError',
      seed: 1,
    })
    const optimizer = symbreak.sgd({ learningRate: 0.1 })
    await t.notThrowsAsync(net.fit(xor.x, xor.y, { epochs: 1, batchSize: 4, optimizer, sampleWeight }))
  },
})
