// What users do: initialize, train, write a checkpoint. Prints the engine and a digest of each result.
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Network, dense, heNormal, orthogonal, plan, sgd, systemInfo, uniform, verify } from 'symbreak'

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

const file = `work-${process.pid}.safetensors`
const checkpoint = plan({ seed: 7, tensors: [{ name: 'a', shape: [64, 100], init: 'heNormal' }] })
await checkpoint.write(file)

console.log(
  JSON.stringify({
    engine: systemInfo().engine,
    verified: (await verify(file)).ok,
    digests: {
      heNormal: sha256(bytes(heNormal({ seed: 7 }).create([300, 50]))),
      orthogonal: sha256(bytes(orthogonal({ seed: 7 }).create([40, 30]))),
      weights: sha256(Buffer.concat([...net.weights.values()].map(bytes))),
      file: sha256(await readFile(file)),
    },
  }),
)
