/** tfjs doing the work of each case, on its cpu and wasm backends. */
import { createRequire } from 'node:module'
import type * as Core from '@tensorflow/tfjs-core'
import type * as Layers from '@tensorflow/tfjs-layers'

const require = createRequire(import.meta.url)
const tf = require('@tensorflow/tfjs-core') as typeof Core
const layers = require('@tensorflow/tfjs-layers') as typeof Layers
require('@tensorflow/tfjs-backend-cpu')
require('@tensorflow/tfjs-backend-wasm')

// tfjs makes orthogonal matrices with methods that only the whole `@tensorflow/tfjs` package gives its tensors.
Object.assign(tf.Tensor.prototype, {
  flatten(this: Core.Tensor) {
    return tf.reshape(this, [this.size])
  },
  reshape(this: Core.Tensor, shape: number[]) {
    return tf.reshape(this, shape)
  },
  sign(this: Core.Tensor) {
    return tf.sign(this)
  },
  stridedSlice(this: Core.Tensor, ...range: [number[], number[], number[]]) {
    return tf.stridedSlice(this, ...range)
  },
  transpose(this: Core.Tensor) {
    return tf.transpose(this)
  },
})

/** Backends of tfjs that run in plain Node. */
export const BACKENDS = ['cpu', 'wasm'] as const

/** Makes a backend the current one. */
export async function useBackend(name: (typeof BACKENDS)[number]): Promise<void> {
  if (!(await tf.setBackend(name))) throw new Error(`tfjs has no backend ${name} here`)
  await tf.ready()
}

/** Work that reads its result back, so that it has really been done; `undefined` where tfjs has no such thing. */
export function rival(name: string): (() => Promise<void> | void) | undefined {
  return WORK[name]?.()
}

function drawn(make: () => Core.Tensor): () => void {
  return () => {
    const tensor = make()
    tensor.dataSync()
    tensor.dispose()
  }
}

const LENGTH = 1 << 20

const WORK: Record<string, () => () => Promise<void> | void> = {
  uniform: () => drawn(() => tf.randomUniform([LENGTH], 0, 1, 'float32', 7)),
  normal: () => drawn(() => tf.randomNormal([LENGTH], 0, 1, 'float32', 7)),
  truncatedNormal: () => drawn(() => tf.truncatedNormal([LENGTH], 0, 1, 'float32', 7)),
  'heNormal 4096 x 4096': () => drawn(() => layers.initializers.heNormal({ seed: 7 }).apply([4096, 4096])),
  'orthogonal 64 x 64': () =>
    drawn(() => layers.initializers.orthogonal({ seed: 7, gain: 1 }).apply([64, 64])),
  'orthogonal 256 x 256': () =>
    drawn(() => layers.initializers.orthogonal({ seed: 7, gain: 1 }).apply([256, 256])),
  'step of 784-256-128-10, batch 32': training,
}

/** One epoch of 20 batches of 32, as the case of the same name. */
function training(): () => Promise<void> {
  const rows = 32 * 20
  const model = layers.sequential({
    layers: [
      layers.layers.dense({ units: 256, activation: 'relu', inputShape: [784] }),
      layers.layers.dense({ units: 128, activation: 'relu' }),
      layers.layers.dense({ units: 10 }),
    ],
  })
  const loss = (labels: Core.Tensor, logits: Core.Tensor) => tf.losses.softmaxCrossEntropy(labels, logits)
  model.compile({ optimizer: tf.train.sgd(0.01), loss })
  const x = tf.randomUniform([rows, 784], 0, 1, 'float32', 1)
  const y = tf.oneHot(tf.mod(tf.range(0, rows, 1, 'int32'), tf.scalar(10, 'int32')), 10)
  return async () =>
    void (await model.fit(x, y, {
      epochs: 1,
      batchSize: 32,
      shuffle: false,
      yieldEvery: 'never',
      verbose: 0,
    }))
}
