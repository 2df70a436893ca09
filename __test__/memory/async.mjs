// Makes a tensor on another thread, trains and predicts; prints a digest of the first and whether the rest is readable.
import { createHash } from 'node:crypto'
import { Network, heNormal, uniform } from 'symbreak'

const made = await heNormal({ seed: 7 }).createAsync([700, 700])
const net = new Network({ inputs: 4, layers: [{ units: 2 }], loss: 'softmaxCrossEntropy', seed: 7 })
const outputs = await net.predict(uniform(64, { seed: 1 }))
const weights = [...net.weights.values()].flatMap((values) => [...values])
console.log(
  JSON.stringify({
    create: createHash('sha256').update(made).digest('hex'),
    readable: [...outputs, ...weights].every(Number.isFinite) && outputs.length === 32,
  }),
)
