/**
 * Calls each public function many times and prints what it leaves behind, as JSON: by how many bytes the resident set has
 * grown, and where the addon counts them (see .scripts/soak.mjs) by how many the bytes that Rust holds.
 * Run with --expose-gc; SYMBREAK_SOAK sets the number of calls of each, and arguments choose by the beginning of a name.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import * as symbreak from 'symbreak'
import { toTfjs } from 'symbreak/tfjs'

const calls = Number(process.env['SYMBREAK_SOAK'] ?? 2000)
const library = process.env['NAPI_RS_NATIVE_LIBRARY_PATH']
const { liveBytes } = library ? createRequire(import.meta.url)(library) : {}
const folder = await mkdtemp(join(tmpdir(), 'symbreak-soak-'))

const out = new Float32Array(256)
const generator = new symbreak.Generator(7)
const x = symbreak.uniform(64, { seed: 1 })
const y = Int32Array.from({ length: 16 }, (_, row) => row % 2)
const config = { inputs: 4, layers: [{ units: 3 }, { units: 2 }], loss: 'softmaxCrossEntropy', seed: 7 }
const net = new symbreak.Network(config)
const model = new symbreak.LinearModel({ inputs: 4, kind: 'ridge', seed: 7 })
const targets = symbreak.uniform(16, { seed: 2 })
const seen = { data: x, shape: [16, 4] }
const optimizer = symbreak.sgd({ learningRate: 0.1 })
const fit = { epochs: 1, batchSize: 8, optimizer }
const spec = { seed: 1, tensors: [{ name: 'a', shape: [16, 16], init: 'heNormal' }] }
const plan = symbreak.plan(spec)
const cut = { lower: -2, upper: 2, bounds: 'sigma' }
const tensor = { tensor: (values, shape) => ({ values, shape }) }
const file = (name) => join(folder, name)
await plan.write(file('a.safetensors'))

/** An initializer of every registered name on a shape that all of them take, by `create` and by `createAsync`. */
const needs = {
  chrono: [{ maxSteps: 10 }, [12]],
  constant: [{ value: 1 }],
  deepNorm: [{ encoderLayers: 6 }],
  fixup: [{ blocks: 4 }],
  layerScale: [{ depth: 12 }, [12]],
  lstmBias: [{}, [12]],
  wang: [{ layers: 4 }],
  convOrthogonal: [{}, [3, 3, 4, 4]],
  deltaOrthogonal: [{}, [3, 3, 4, 4]],
  dirac: [{}, [4, 4, 3, 3], { layout: 'torch' }],
  bilinear: [{}, [3, 3, 4, 4]],
  embedding: [{ paddingIdx: 3 }],
  sparse: [{ sparsity: 0.5 }],
  daubechies: [{}, [4, 3, 2]],
  gabor: [{}, [3, 3, 2, 4]],
  gaussian: [{}, [3, 3, 1, 2]],
  haar: [{}, [8, 8]],
  icnr: [{}, [3, 3, 2, 8]],
  impulse: [{}, [3, 3, 2, 4]],
  laplacian: [{}, [3, 3, 2, 4]],
  mamba: [{ part: 'dtBias' }, [12]],
  mimetic: [{ part: 'query' }, [4, 4]],
  sobel: [{}, [3, 3, 2, 4]],
  stft: [{}, [8, 1, 5]],
}
const factories =
  'bilinear chrono constant convOrthogonal cycleReservoir daubechies dct deepNorm delayLine deltaOrthogonal dirac embedding ' +
  'eye fixup fourierFeatures gabor gaussian glorotNormal glorotUniform gpt2 haar heNormal heUniform hippo icnr idInit ' +
  'identity impulse irnn kaimingNormal kaimingUniform laplacian layerScale lecunNormal lecunUniform lora lstmBias mamba mel ' +
  'mimetic mitchell ones orthogonal partialIdentity randomNormal randomUniform reservoir siren smallInit sobel sparse ' +
  'specialOrthogonal spectralNormal stft subLN torchDefault truncNormal varianceScaling wang xavierNormal xavierUniform ' +
  'zerO zeros'
const factoriesOf = { ...symbreak }
const initializers = {}
for (const name of factories.split(' ')) {
  const [options = name === 'subLN' ? { encoderLayers: 6 } : {}, shape = [12, 12], create = {}] =
    needs[name] ?? []
  initializers[name] = () => factoriesOf[name](options).create(shape, create)
  initializers[`${name} async`] = () => factoriesOf[name](options).createAsync(shape, create)
}

/** Each call is small, so that what it leaves behind would show. */
const work = {
  ...initializers,
  uniform: () => generator.uniform(out),
  normal: () => generator.normal(out),
  'normal F64': () => generator.normal(256, { dtype: 'F64' }),
  'normal BF16': () => generator.normal(256, { dtype: 'BF16' }),
  truncatedNormal: () => generator.truncatedNormal(out, cut),
  bernoulli: () => generator.bernoulli(300, { p: 0.5 }),
  integers: () => generator.integers(300, { low: 0, high: 9 }),
  permutation: () => generator.permutation(300),
  shuffle: () => generator.shuffle(out),
  'orders and choices later': () =>
    Promise.all([
      generator.permutationAsync(300),
      generator.shuffleAsync(out.slice()),
      generator.choiceAsync(300, 20, { replace: false }),
    ]),
  fork: () => symbreak.Generator.fromJSON(generator.fork('a').toJSON()),
  uniformAsync: () => generator.uniformAsync(300),
  normalAsync: () => generator.normalAsync(300),
  truncatedNormalAsync: () => generator.truncatedNormalAsync(300, cut),
  'pure samplers': () => [
    symbreak.uniform(300, { seed: 1 }),
    symbreak.normal(300, { seed: 1 }),
    symbreak.truncatedNormal(300, { seed: 1, ...cut }),
    symbreak.permutation(300, { seed: 1 }),
  ],
  'pure async samplers': () =>
    Promise.all([
      symbreak.uniformAsync(300, { seed: 1 }),
      symbreak.normalAsync(300, { seed: 1 }),
      symbreak.truncatedNormalAsync(300, { seed: 1, ...cut }),
    ]),
  fill: () => symbreak.heNormal({ seed: 7 }).fill(out, [16, 16]),
  describe: () => symbreak.heNormal().describe([16, 16]),
  'initializer and its config': () => symbreak.initializer(symbreak.initializer('he_normal').toJSON()),
  'computeFans and calculateGain': () => [symbreak.computeFans([4, 5]), symbreak.calculateGain('relu')],
  systemInfo: () => symbreak.systemInfo(),
  'plan.create': () => symbreak.plan(spec).create(),
  'plan.createAsync': () => plan.createAsync(),
  'plan.fill': () => plan.fill(new Map([['a', out]])),
  'plan.tensorsAsync': async () => {
    for await (const { data } of plan.tensorsAsync()) if (data.length === 0) throw new Error('no data')
  },
  planTable: () => symbreak.planTable(plan, 'a.safetensors'),
  'file: plan.write': () => plan.write(file('b.safetensors')),
  'file: verify': () => symbreak.verify(file('a.safetensors')),
  'file: readSafetensors': () => symbreak.readSafetensors(file('a.safetensors')),
  'file: planFromFile': () =>
    symbreak.planFromFile(file('a.safetensors'), { seed: 1, rules: [{ match: '*', init: 'zeros' }] }),
  'file: writeNpy and readNpy': async () => {
    await symbreak.writeNpy(file('a.npy'), { shape: [16, 16], data: out })
    return symbreak.readNpy(file('a.npy'))
  },
  'encodeNpy and decodeNpy': () => symbreak.decodeNpy(symbreak.encodeNpy({ shape: [16, 16], data: out })),
  'new Network': () => new symbreak.Network(config),
  'net.weights': () => net.setWeights(net.weights),
  'net.predict': () => net.predict(x),
  'net.evaluate': () => net.evaluate(x, y),
  'net.fit': () => net.fit(x, y, fit),
  'net.partialFit': () => net.partialFit(x, y, { optimizer }),
  'net.dispose': () => new symbreak.Network(config).dispose(),
  'file: net.save and load': async () => {
    await net.save(file('net.safetensors'))
    return symbreak.Network.load(file('net.safetensors'))
  },
  'linear.fit': () => model.fit(x, targets, fit),
  'linear.predict': () => model.predict(x),
  metrics: () => [
    symbreak.accuracy(targets, y),
    symbreak.confusionMatrix(targets, y),
    symbreak.r2(targets, targets),
  ],
  'optimizers and schedules': () => [
    symbreak.adam({ learningRate: 0.1, schedule: symbreak.cosineDecay({ steps: 10 }) }),
    symbreak.adamW(),
    symbreak.rmsprop(),
  ],
  'from data': () => [
    symbreak.pca(seen),
    symbreak.zca(seen),
    symbreak.resizeEmbedding(x, [16, 4], 18, { seed: 1 }),
  ],
  'from data async': () =>
    Promise.all([
      symbreak.pcaAsync(seen),
      symbreak.zcaAsync(seen),
      symbreak.resizeEmbeddingAsync(x, [16, 4], 18, { seed: 1 }),
    ]),
  'low rank': () => [symbreak.pissa(x, [16, 4], { rank: 2 }), symbreak.olora(x, [16, 4], { rank: 2 })],
  'low rank async': () =>
    Promise.all([symbreak.pissaAsync(x, [16, 4], { rank: 2 }), symbreak.oloraAsync(x, [16, 4], { rank: 2 })]),
  measures: () => [
    symbreak.spectralNorm(x, [16, 4]),
    symbreak.singularValues(x, [16, 4]),
    symbreak.orthogonalityError(x, [16, 4]),
  ],
  'measures async': () =>
    Promise.all([
      symbreak.spectralNormAsync(x, [16, 4]),
      symbreak.singularValuesAsync(x, [16, 4]),
      symbreak.orthogonalityErrorAsync(x, [16, 4]),
    ]),
  'from weights': () => [
    symbreak.fromPretrained({ data: x, shape: [16, 4] }).create([20, 4]),
    symbreak.grow({ kernel: x, next: x }, { from: 4, to: 6 }, { seed: 1 }),
    symbreak.lstm({ seed: 1 }),
  ],
  lsuv: () => symbreak.lsuv([{ weights: x.slice(), outputs: () => x }]),
  sample: () => symbreak.sample('gamma', 300, { shape: 2, scale: 1 }, { seed: 1 }),
  sampleAsync: () => symbreak.sampleAsync('gamma', 300, { shape: 2, scale: 1 }, { seed: 1 }),
  choice: () => [generator.choice(20, 5, { replace: false }), generator.choice(16, 5, { weights: targets })],
  'file: writeNpz and readNpz': async () => {
    await symbreak.writeNpz(file('a.npz'), { a: { shape: [16, 16], data: out } })
    return symbreak.readNpz(file('a.npz'))
  },
  'file: writeShards': () =>
    symbreak.writeShards(plan, file('c.safetensors'), { maxShardSize: 1e6, runner: symbreak.localRunner() }),
  'file: indexedRunner': () =>
    symbreak
      .indexedRunner({ results: folder, index: 0, count: 1 })
      .run({ kind: 'k', shared: 1, items: [1], run: async () => 1 }),
  restarts: () => symbreak.restarts(config, { x, y }, { seeds: 2, fit: { epochs: 1 } }),
  compareInitializers: () =>
    symbreak.compareInitializers(
      config,
      { x, y },
      { initializers: ['zeros', 'he_normal'], seeds: 2, fit: { epochs: 1 } },
    ),
  'file: callbacks': () =>
    net.fit(x, y, {
      ...fit,
      callbacks: [
        symbreak.csvLogger(file('a.csv')),
        symbreak.jsonlLogger(file('a.jsonl')),
        symbreak.earlyStopping({ monitor: 'loss' }),
        symbreak.reduceLROnPlateau({ monitor: 'loss' }),
        symbreak.learningRateScheduler((_, rate) => rate),
        symbreak.modelCheckpoint({ path: file('m.safetensors') }),
        symbreak.terminateOnNaN(),
        symbreak.backupAndRestore({ path: file('run.safetensors') }),
      ],
    }),
  schedules: () => [
    symbreak.constantRate(),
    symbreak.exponentialDecay({ factor: 0.9 }),
    symbreak.oneCycle({ steps: 10 }),
    symbreak.polynomialDecay({ steps: 10 }),
    symbreak.stepDecay({ every: 3 }),
    symbreak.tableRate([1, 0.5]),
  ],
  'metrics of classes': () => [
    symbreak.auc(targets, y),
    symbreak.classes(targets, 16),
    symbreak.topKAccuracy(x, y, 2),
    symbreak.dense(3),
    symbreak.shareOfEnvironment({}),
  ],
  toTfjs: () => toTfjs(tensor, out, [16, 16]),
  refusal: () => {
    try {
      symbreak.heNormal().create([-1])
    } catch (error) {
      return error
    }
  },
}

/** Resident bytes once finalizers have had their turns of the event loop. */
async function settled() {
  for (let turn = 0; turn < 5; turn++) {
    globalThis.gc()
    await setImmediate()
  }
}

async function repeat(call, times) {
  for (let i = 0; i < times; i++) await call()
}

async function measure() {
  await settled()
  return { resident: process.memoryUsage.rss(), live: liveBytes?.() ?? 0 }
}

/** A leak grows in every round; an allocator or a compiler that settles does so in one of them. */
const ROUNDS = 3

/** Least growth of `times` calls over the rounds. */
async function growthOf(call, times) {
  await repeat(call, times)
  let before = await measure()
  const growth = { resident: Infinity, live: Infinity }
  for (let round = 0; round < ROUNDS && (growth.resident > 0 || growth.live > 0); round++) {
    await repeat(call, times)
    const after = await measure()
    for (const key of Object.keys(growth)) growth[key] = Math.min(growth[key], after[key] - before[key])
    before = after
  }
  return growth
}

const names = process.argv.slice(2)
const chosen = Object.entries(work).filter(
  ([name]) => names.length === 0 || names.some((wanted) => name.startsWith(wanted)),
)
const results = {}
// What touches the disk waits for it (fsync), so it is called less often.
for (const [name, call] of chosen) {
  results[name] = await growthOf(call, name.startsWith('file: ') ? Math.ceil(calls / 20) : calls)
  if (process.env['SYMBREAK_SOAK']) console.error(name, results[name])
}
await rm(folder, { recursive: true })
console.log(JSON.stringify(results))
