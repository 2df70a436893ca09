import '@tensorflow/tfjs-backend-cpu'
import * as core from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import test from 'ava'
import { glorotNormal, heNormal, initializer, orthogonal, randomUniform } from 'symbreak'
import { registerTfjs, tfjsInitializer, toTfjs } from 'symbreak/tfjs'

const tf = { ...core, ...layers }

/** The first layer's kernel of a model made of one dense layer. */
function kernel(kernelInitializer: ReturnType<typeof tf.initializers.zeros>): Float32Array {
  const dense = tf.layers.dense({ units: 8, inputShape: [16], kernelInitializer })
  return kernelOf(tf.sequential({ layers: [dense] }))
}

function kernelOf(model: layers.LayersModel, layer = 0): Float32Array {
  return model.layers[layer]?.getWeights()[0]?.dataSync() as Float32Array
}

test('toTfjs hands the values over with their shape', (t) => {
  const values = heNormal({ seed: 1 }).create([4, 3])
  const tensor = toTfjs(tf, values, [4, 3])
  t.deepEqual(tensor.shape, [4, 3])
  t.is(tensor.dtype, 'float32')
  t.deepEqual(tensor.dataSync(), values)
  t.is(toTfjs(tf, Int32Array.of(1, 2), [2]).dtype, 'int32')
  t.deepEqual(toTfjs(tf, new Float32Array(0), [0, 3]).shape, [0, 3])
  t.deepEqual(toTfjs(tf, Float32Array.of(5), []).shape, [])
})

test('a dense layer gets the weights that create gives', (t) => {
  for (const init of [
    heNormal({ seed: 0 }),
    orthogonal({ seed: 3 }),
    randomUniform({ minval: 0, maxval: 1, seed: 2 }),
  ]) {
    t.deepEqual(kernel(tfjsInitializer(tf, init)), init.create([16, 8]), init.className)
    const path = 'dense_1/kernel'
    t.deepEqual(kernel(tfjsInitializer(tf, init, { path })), init.create([16, 8], { path }), init.className)
  }
})

test('names and configs are taken like everywhere', (t) => {
  const config = { class_name: 'GlorotNormal', config: { seed: 4 } }
  t.deepEqual(kernel(tfjsInitializer(tf, config)), glorotNormal({ seed: 4 }).create([16, 8]))
  const values = kernel(tfjsInitializer(tf, 'he_normal'))
  t.is(new Set(values).size > 100, true)
  t.deepEqual(kernel(tfjsInitializer(tf, 'zeros')), new Float32Array(128))
})

test('an initializer without a seed gives every layer weights of its own', (t) => {
  const init = tfjsInitializer(tf, heNormal())
  t.notDeepEqual(kernel(init), kernel(init))
})

test('convolution kernels have the fans of their layout', (t) => {
  const layer = tf.layers.conv2d({
    filters: 32,
    kernelSize: 3,
    inputShape: [8, 8, 4],
    kernelInitializer: tfjsInitializer(tf, heNormal({ seed: 9 })),
  })
  const values = kernelOf(tf.sequential({ layers: [layer] }))
  t.deepEqual(values, heNormal({ seed: 9 }).create([3, 3, 4, 32]))
})

test('a model with such layers is saved and loaded', async (t) => {
  const seed = 2n ** 63n + 5n
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        units: 6,
        inputShape: [5],
        kernelInitializer: tfjsInitializer(tf, heNormal({ seed }), { path: 'Layer_1/kernelOf A' }),
        biasInitializer: tfjsInitializer(tf, randomUniform({ minval: 0, maxval: 1, seed })),
      }),
      tf.layers.dense({ units: 2, kernelInitializer: tfjsInitializer(tf, 'orthogonal') }),
    ],
  })
  let saved: core.io.ModelArtifacts | undefined
  await model.save(
    tf.io.withSaveHandler((artifacts) => {
      saved = JSON.parse(JSON.stringify(artifacts)) as core.io.ModelArtifacts
      saved.weightData = artifacts.weightData as ArrayBuffer
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } })
    }),
  )
  const loaded = await tf.loadLayersModel(tf.io.fromMemory(saved as core.io.ModelArtifacts))
  t.deepEqual(kernelOf(loaded), kernelOf(model))
  t.deepEqual(kernelOf(loaded, 1), kernelOf(model, 1))
  // Only the topology: the initializers make the weights again, the seeded ones the same.
  const again = (await tf.models.modelFromJSON({
    modelTopology: saved?.modelTopology as never,
  })) as layers.LayersModel
  t.deepEqual(kernelOf(again), heNormal({ seed }).create([5, 6], { path: 'Layer_1/kernelOf A' }))
  t.deepEqual(again.layers[0]?.getWeights()[1]?.dataSync(), model.layers[0]?.getWeights()[1]?.dataSync())
  t.notDeepEqual(kernelOf(again, 1), kernelOf(model, 1))
})

test('the class is registered once for each tfjs', (t) => {
  t.is(registerTfjs(tf), registerTfjs({ ...tf }))
  t.true(tfjsInitializer(tf, 'zeros') instanceof registerTfjs(tf))
})

test('a model trains from such weights', async (t) => {
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        units: 8,
        activation: 'tanh',
        inputShape: [2],
        kernelInitializer: tfjsInitializer(tf, heNormal({ seed: 1 })),
      }),
      tf.layers.dense({
        units: 1,
        kernelInitializer: tfjsInitializer(tf, glorotNormal({ seed: 1 })),
      }),
    ],
  })
  model.compile({ optimizer: tf.train.sgd(0.1), loss: 'meanSquaredError' })
  const x = tf.tensor2d([0, 0, 0, 1, 1, 0, 1, 1], [4, 2])
  const y = tf.tensor2d([0, 1, 1, 0], [4, 1])
  const { history } = await model.fit(x, y, { epochs: 40, batchSize: 4, shuffle: false, verbose: 0 })
  const loss = history['loss'] as number[]
  t.true((loss.at(-1) as number) < (loss[0] as number))
})

const wrong: [string, () => unknown, string][] = [
  ['a length that does not fit', () => toTfjs(tf, new Float32Array(5), [2, 3]), 'ERR_LENGTH_MISMATCH'],
  ['a bad shape', () => toTfjs(tf, new Float32Array(5), [-1]), 'ERR_INVALID_SHAPE'],
  ['plain numbers', () => toTfjs(tf, [1, 2] as never, [2]), 'ERR_INVALID_ARGUMENT'],
  ['something that is no tfjs', () => tfjsInitializer({} as never, 'zeros'), 'ERR_INVALID_ARGUMENT'],
  ['no tfjs', () => tfjsInitializer(undefined as never, 'zeros'), 'ERR_INVALID_ARGUMENT'],
  ['an unknown name', () => tfjsInitializer(tf, 'heNorml'), 'ERR_UNKNOWN_INITIALIZER'],
  ['a bad path', () => tfjsInitializer(tf, 'zeros', { path: 7 as never }), 'ERR_INVALID_PATH'],
  ['an unknown option', () => tfjsInitializer(tf, 'zeros', { paht: 'x' } as never), 'ERR_INVALID_ARGUMENT'],
  [
    'another dtype',
    () => tfjsInitializer(tf, initializer('zeros')).apply([2], 'int32'),
    'ERR_INVALID_ARGUMENT',
  ],
]

for (const [name, call, code] of wrong) {
  test(`refuses ${name}`, (t) => {
    t.throws(call, { code })
  })
}

test('what is no tf is refused by name', (t) => {
  for (const wrong of [undefined, {}, 1])
    t.throws(() => toTfjs(wrong as never, new Float32Array(4), [4]), {
      code: 'ERR_INVALID_ARGUMENT',
      message: /^tf must/,
    })
})
