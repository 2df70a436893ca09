// What users do: initialize, sample, train, write a checkpoint. Prints the engine and a digest of each result, which are
// the same on every platform. Runs in the repository too, and on the hosts of .scripts/crossbuild.
import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import {
  Generator,
  Network,
  dense,
  heNormal,
  orthogonal,
  plan,
  sgd,
  systemInfo,
  truncatedNormal,
  uniform,
  verify,
} from 'symbreak'

const sha256 = (data) => createHash('sha256').update(data).digest('hex')
const bytes = (array) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength)

const net = new Network({
  inputs: 8,
  layers: [dense(16, { activation: 'relu', kernelInitializer: 'heNormal' }), dense(3)],
  loss: 'softmaxCrossEntropy',
  seed: 7,
})
const x = uniform(8 * 90, { seed: 1, path: 'x' })
const y = Int32Array.from({ length: 90 }, (_, i) => i % 3)
await net.fit(x, y, { epochs: 3, batchSize: 16, optimizer: sgd({ learningRate: 0.1, momentum: 0.9 }) })

const generator = new Generator(2n ** 64n - 1n, 'потік/流')
const cut = { lower: -1, upper: 3, bounds: 'sigma' }
const draws = [
  generator.uniform(10_001, { low: -3, high: 5 }),
  generator.normal(10_001, { mean: 1, stddev: 2 }),
  generator.normal(10_001, { dtype: 'F64' }),
  generator.normal(10_001, { dtype: 'BF16' }),
  generator.truncatedNormal(10_001, cut),
  generator.bernoulli(10_001, { p: 0.3 }),
  generator.integers(10_001, { low: -7, high: 1_000_000 }),
  generator.permutation(10_001),
  truncatedNormal(10_001, { ...cut, seed: 3, offset: 12_345_678_901 }),
]

const file = `work-${process.pid}.safetensors`
const checkpoint = plan({ seed: 7, tensors: [{ name: 'a', shape: [64, 100], init: 'heNormal' }] })
await checkpoint.write(file)

const { ok } = await verify(file)
const written = await readFile(file)
await rm(file)

const { engine, kernel, platform } = systemInfo()
console.log(
  JSON.stringify({
    engine,
    kernel,
    platform,
    node: process.version,
    verified: ok,
    digests: {
      heNormal: sha256(bytes(heNormal({ seed: 7 }).create([300, 50]))),
      orthogonal: sha256(bytes(orthogonal({ seed: 7 }).create([40, 30]))),
      weights: sha256(Buffer.concat([...net.weights.values()].map(bytes))),
      draws: sha256(Buffer.concat(draws.map(bytes))),
      file: sha256(written),
    },
  }),
)
