/**
 * Calls each public function many times and prints by how many bytes the resident set has grown, as JSON.
 * Run with --expose-gc; SYMBREAK_SOAK sets the number of calls of each.
 */
import { setImmediate } from 'node:timers/promises'
import * as symbreak from 'symbreak'

const calls = Number(process.env['SYMBREAK_SOAK'] ?? 2000)
const out = new Float32Array(256)
const generator = new symbreak.Generator(7)
const he = symbreak.heNormal({ seed: 7 })
const orthogonal = symbreak.orthogonal({ seed: 7 })
const x = symbreak.uniform(64, { seed: 1 })
const y = Int32Array.from({ length: 16 }, (_, row) => row % 2)
const config = { inputs: 4, layers: [{ units: 3 }, { units: 2 }], loss: 'softmaxCrossEntropy', seed: 7 }
const net = new symbreak.Network(config)
const cut = { lower: -2, upper: 2, bounds: 'sigma' }

/** Each call is small, so that what it leaves behind would show. */
const work = {
  uniform: () => generator.uniform(out),
  normal: () => generator.normal(out),
  truncatedNormal: () => generator.truncatedNormal(out, cut),
  bernoulli: () => generator.bernoulli(300, { p: 0.5 }),
  integers: () => generator.integers(300, { low: 0, high: 9 }),
  permutation: () => generator.permutation(300),
  create: () => he.create([16, 16]),
  fill: () => he.fill(out, [16, 16]),
  orthogonal: () => orthogonal.create([12, 12]),
  createAsync: () => he.createAsync([16, 16]),
  orthogonalAsync: () => orthogonal.createAsync([12, 12]),
  plan: () =>
    symbreak.plan({ seed: 1, tensors: [{ name: 'a', shape: [16, 16], init: 'heNormal' }] }).create(),
  'new Network': () => new symbreak.Network(config),
  predict: () => net.predict(x),
  fit: () => net.fit(x, y, { epochs: 1, batchSize: 8, optimizer: symbreak.sgd({ learningRate: 0.1 }) }),
  refusal: () => {
    try {
      he.create([-1])
    } catch (error) {
      return error
    }
  },
}

/** Resident bytes once finalizers have had their turns of the event loop. */
async function resident() {
  for (let turn = 0; turn < 5; turn++) {
    globalThis.gc()
    await setImmediate()
  }
  return process.memoryUsage.rss()
}

async function repeat(call, times) {
  for (let i = 0; i < times; i++) await call()
}

/** A leak grows in every round; an allocator or a compiler that settles does so in one of them. */
const ROUNDS = 3

const growth = {}
for (const [name, call] of Object.entries(work)) {
  await repeat(call, calls)
  let before = await resident()
  growth[name] = Infinity
  for (let round = 0; round < ROUNDS && growth[name] > 0; round++) {
    await repeat(call, calls)
    const after = await resident()
    growth[name] = Math.min(growth[name], after - before)
    before = after
  }
}
console.log(JSON.stringify(growth))
