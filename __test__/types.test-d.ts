/** Compiled, never run: what the public types promise, and what they refuse. */
import {
  Generator,
  Network,
  compareInitializers,
  dense,
  heNormal,
  initializer,
  plan,
  restarts,
  sgd,
  systemInfo,
  truncatedNormal,
  uniform,
  verify,
  type Initializer,
  type Json,
} from 'symbreak'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
function is<A, B>(_: Equal<A, B>): void {}

const json: Json = initializer('he_normal').toJSON()
initializer(json as never)

const generator = new Generator(7n, 'path')
is<typeof generator.seed, bigint>(true)
is<typeof generator.position, bigint>(true)
const given = new Float32Array(3)
const filled: Float32Array = generator.uniform(given)
const doubles: Float64Array = generator.normal(3, { dtype: 'F64' })
const bits: Uint16Array = generator.normal(3, { dtype: 'BF16' })
const bytes: Uint8Array = generator.bernoulli(3, { p: 0.5 })
const integers: Int32Array = generator.integers(3, { low: 0, high: 9 })
const order: Uint32Array = generator.permutation(3)
const words: string[] = generator.shuffle(['a', 'b'])
export { filled, doubles, bits, bytes, integers, order, words }

const drawn: Float32Array = generator.sample('gamma', 3, { shape: 2, scale: 1 })
const chosenWords: string[] = generator.choice(['a', 'b'], 3, { weights: [1, 2] })
const chosenBytes: Uint8Array = generator.choice(bytes, 2, { replace: false })
const indices: Uint32Array = generator.choice(10, 3)
export { drawn, chosenWords, chosenBytes, indices }

// @ts-expect-error gamma has a scale
generator.sample('gamma', 3, { shape: 2 })
// @ts-expect-error no such distribution
generator.sample('gama', 3, {})
// @ts-expect-error a seed is a number or a bigint
new Generator('7')
// @ts-expect-error p is needed
generator.bernoulli(3, {})
// @ts-expect-error bounds is one of two words
generator.truncatedNormal(3, { lower: -1, upper: 1, bounds: 'both' })

const he: Initializer = heNormal({ seed: 7 })
is<typeof he.seed, bigint | undefined>(true)
export const values: Float32Array = he.create([2, 3], {
  layout: { inAxes: [0], outAxes: [1] },
  offset: 1,
  length: 2,
})
export const later: Promise<Float32Array> = he.createAsync([2, 3], { signal: AbortSignal.timeout(1000) })
export const same: Float32Array = initializer('he_normal').fill(given, [3])
export const pure: Float32Array = uniform(3, { seed: 1, path: 'a', low: -1 })
export const cut: Float32Array = truncatedNormal(given, { seed: 1, lower: -2, upper: 2, bounds: 'sigma' })

// @ts-expect-error an option that heNormal does not have
heNormal({ stddev: 1 })
// @ts-expect-error no such layout
he.create([2], { layout: 'onnx' })

const tensors = plan({ seed: 1, tensors: [{ name: 'a', shape: [2] }], rules: [{ match: /a/, init: he }] })
export const slab: Map<string, Float32Array | Float64Array | Uint16Array> = tensors.create()
export const ok: Promise<{
  ok: boolean
  tensors: number
  bytes: number
  mismatches: { name: string; offset: number }[]
}> = verify('file')
// @ts-expect-error a tensor needs a shape
plan({ seed: 1, tensors: [{ name: 'a' }] })

const config = {
  inputs: 2,
  layers: [dense(3, { activation: 'relu' }), { units: 2 }],
  loss: 'softmaxCrossEntropy',
} as const
const net = new Network({ ...config, seed: 7 })
const labels = new Int32Array(4)
export const history: Promise<{ epoch: number[]; history: Record<string, number[]> }> = net.fit(
  given,
  labels,
  {
    epochs: 1,
    batchSize: 2,
    optimizer: sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
    validationData: [given, labels],
  },
)
export const weights: Map<string, Float32Array> = net.weights
// @ts-expect-error no such activation
dense(3, { activation: 'step' })

const fit = { epochs: 1, optimizer: sgd({ learningRate: 0.1 }) }
export const runs = restarts(config, { x: given, y: labels }, { seeds: 3, fit })
export const compared = compareInitializers(
  config,
  { x: given, y: labels },
  { initializers: ['zeros', he], seeds: [1n, 2], fit },
)
export const engine: 'native' | 'js' = systemInfo().engine
