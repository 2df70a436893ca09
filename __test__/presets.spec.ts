import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { plan, planFromFile, planTable } from 'symbreak'
import type { Plan } from 'symbreak'

const model = (name: string) => fileURLToPath(new URL(`data/models/${name}.json`, import.meta.url))

/** Mean and standard deviation of a tensor's values. */
function moments(values: ArrayLike<number>): { mean: number; stddev: number; largest: number } {
  let [sum, squares, largest] = [0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number
    sum += value
    squares += value * value
    largest = Math.max(largest, Math.abs(value))
  }
  const mean = sum / values.length
  return { mean, stddev: Math.sqrt(squares / values.length - mean * mean), largest }
}

/** Only some of a plan's tensors, so that a test draws no more than it looks at. */
function only(p: Plan, names: readonly string[]): Plan {
  const json = p.toJSON()
  return plan({
    ...json,
    tensors: json.tensors
      .filter(({ name }) => names.includes(name))
      .map((tensor) => ({ ...tensor, dtype: 'F32' })),
  })
}

type Law = 'zeros' | 'ones' | { normal: number } | { uniform: number } | { truncated: number; cut: number }

/** Holds tensors against a framework's law: to four standard errors of mean and standard deviation. */
function check(t: ExecutionContext, p: Plan, laws: Readonly<Record<string, Law>>): void {
  const made = only(p, Object.keys(laws)).create()
  for (const [name, law] of Object.entries(laws)) {
    const values = made.get(name) as Float32Array
    t.truthy(values, name)
    if (law === 'zeros' || law === 'ones') {
      t.true(
        values.every((value) => value === (law === 'ones' ? 1 : 0)),
        name,
      )
      continue
    }
    const stddev =
      'normal' in law ? law.normal : 'uniform' in law ? law.uniform / Math.sqrt(3) : law.truncated
    const found = moments(values)
    const error = stddev / Math.sqrt(values.length)
    t.true(Math.abs(found.mean) < 4 * error, `${name}: mean ${found.mean}`)
    t.true(Math.abs(found.stddev - stddev) < 4 * error, `${name}: stddev ${found.stddev}, not ${stddev}`)
    if ('uniform' in law)
      t.true(found.largest <= law.uniform && found.largest > law.uniform * (1 - 20 / values.length), name)
    if ('truncated' in law) t.true(found.largest <= law.cut, name)
  }
}

const root = Math.sqrt

test('resnet: torchvision’s resnet50', async (t) => {
  const p = await planFromFile(model('resnet50'), { preset: 'resnet', seed: 1 })
  t.is(p.size, 25_557_032)
  check(t, p, {
    'conv1.weight': { normal: root(2 / (64 * 49)) },
    'layer3.0.conv2.weight': { normal: root(2 / (256 * 9)) },
    'layer3.0.downsample.0.weight': { normal: root(2 / 1024) },
    'layer3.0.downsample.1.weight': 'ones',
    'layer3.0.downsample.1.bias': 'zeros',
    'bn1.weight': 'ones',
    'fc.weight': { uniform: 1 / root(2048) },
    'fc.bias': { uniform: 1 / root(2048) },
  })
})

test('the plan file of resnet50 makes the same bytes as the preset', async (t) => {
  const names = [
    'conv1.weight',
    'layer4.2.conv3.weight',
    'layer1.0.downsample.1.weight',
    'layer2.1.bn2.bias',
    'fc.weight',
    'fc.bias',
  ]
  const preset = only(await planFromFile(model('resnet50'), { preset: 'resnet', seed: 0 }), names)
  const file = await planFromFile(fileURLToPath(new URL('data/models/resnet50.plan.json', import.meta.url)))
  t.is(file.tensors.length, 161)
  t.deepEqual(only(file, names).create(), preset.create())
})

test('vit: torchvision’s vit_b_16', async (t) => {
  const p = await planFromFile(model('vit_b_16'), { preset: 'vit', seed: 2 })
  const layer = 'encoder.layers.encoder_layer_3'
  check(t, p, {
    class_token: 'zeros',
    'conv_proj.weight': { truncated: root(1 / 768), cut: 2 },
    'conv_proj.bias': 'zeros',
    'encoder.pos_embedding': { normal: 0.02 },
    [`${layer}.ln_1.weight`]: 'ones',
    [`${layer}.ln_1.bias`]: 'zeros',
    [`${layer}.self_attention.in_proj_weight`]: { uniform: root(6 / (768 + 2304)) },
    [`${layer}.self_attention.in_proj_bias`]: 'zeros',
    [`${layer}.self_attention.out_proj.weight`]: { uniform: 1 / root(768) },
    [`${layer}.self_attention.out_proj.bias`]: 'zeros',
    [`${layer}.mlp.0.weight`]: { uniform: root(6 / (768 + 3072)) },
    [`${layer}.mlp.3.bias`]: { normal: 1e-6 },
    'heads.head.weight': 'zeros',
    'heads.head.bias': 'zeros',
  })
})

test('gpt2: residual projections shrink with the depth that the names tell', async (t) => {
  const p = await planFromFile(model('gpt2'), { preset: 'gpt2', seed: 3 })
  t.is(p.size, 124_439_808)
  check(t, p, {
    'transformer.wpe.weight': { normal: 0.02 },
    'transformer.h.5.attn.c_attn.weight': { normal: 0.02 },
    'transformer.h.5.attn.c_attn.bias': 'zeros',
    'transformer.h.5.attn.c_proj.weight': { normal: 0.02 / root(24) },
    'transformer.h.11.mlp.c_proj.weight': { normal: 0.02 / root(24) },
    'transformer.ln_f.weight': 'ones',
  })
})

test('bert and llama: N(0, 0.02), norms one, biases zero, and bert’s padding token zero', async (t) => {
  const bert = await planFromFile(model('bert_base'), { preset: 'bert', seed: 4 })
  check(t, bert, {
    'embeddings.position_embeddings.weight': { normal: 0.02 },
    'embeddings.LayerNorm.weight': 'ones',
    'embeddings.LayerNorm.bias': 'zeros',
    'encoder.layer.7.intermediate.dense.weight': { normal: 0.02 },
    'encoder.layer.7.intermediate.dense.bias': 'zeros',
  })
  const words = only(bert, ['embeddings.word_embeddings.weight']).create()
  const vectors = words.get('embeddings.word_embeddings.weight') as Float32Array
  t.true(vectors.subarray(0, 768).every((value) => value === 0))
  const { stddev } = moments(vectors.subarray(768))
  t.true(Math.abs(stddev - 0.02) < (4 * 0.02) / Math.sqrt(2 * vectors.length))
  t.true(vectors.subarray(768).every((value) => value !== 0))
  const llama = await planFromFile(model('llama3_8b'), { preset: 'llama', seed: 5 })
  t.is(llama.byteLength, 16_060_522_496)
  t.true(llama.tensors.every(({ dtype }) => dtype === 'BF16'))
  check(t, llama, {
    'model.layers.31.self_attn.k_proj.weight': { normal: 0.02 },
    'model.layers.31.input_layernorm.weight': 'ones',
  })
})

test('torch: the defaults of torch.nn’s layers, by name and by the module’s class', (t) => {
  const shapes: Record<string, number[]> = {
    'fc.weight': [300, 400],
    'fc.bias': [300],
    'conv.weight': [64, 32, 3, 3],
    'conv.bias': [64],
    'bn.weight': [8],
    'bn.bias': [8],
    'bn.running_mean': [8],
    'bn.running_var': [8],
    'embed_tokens.weight': [500, 100],
    'lstm.weight_ih_l0': [400, 50],
    'lstm.weight_hh_l0': [400, 100],
    'lstm.bias_hh_l0': [400],
    'lstm.weight_ih_l0_reverse': [400, 50],
    'lstm.weight_hh_l0_reverse': [400, 100],
    'attn.in_proj_weight': [300, 100],
    'attn.in_proj_bias': [300],
    'attn.out_proj.weight': [100, 100],
    'attn.out_proj.bias': [100],
  }
  const tensors = Object.entries(shapes).map(([name, shape]) => ({ name, shape }))
  check(t, plan({ seed: 6, preset: 'torch', tensors }), {
    'fc.weight': { uniform: 1 / 20 },
    'fc.bias': { uniform: 1 / 20 },
    'conv.weight': { uniform: 1 / root(288) },
    'conv.bias': { uniform: 1 / root(288) },
    'bn.weight': 'ones',
    'bn.bias': 'zeros',
    'bn.running_mean': 'zeros',
    'bn.running_var': 'ones',
    'embed_tokens.weight': { normal: 1 },
    'lstm.weight_ih_l0': { uniform: 0.1 },
    'lstm.weight_hh_l0_reverse': { uniform: 0.1 },
    'lstm.bias_hh_l0': { uniform: 0.1 },
    'attn.in_proj_weight': { uniform: root(6 / 400) },
    'attn.in_proj_bias': 'zeros',
    'attn.out_proj.weight': { uniform: 0.1 },
    'attn.out_proj.bias': 'zeros',
  })
  const kinds = plan({
    seed: 6,
    preset: 'torch',
    tensors: [
      { name: 'x.weight', shape: [200, 50], kind: 'Embedding' },
      { name: 'act.weight', shape: [3], kind: 'PReLU' },
    ],
  }).create()
  t.true(Math.abs(moments(kinds.get('x.weight') as Float32Array).stddev - 1) < 0.05)
  t.deepEqual(kinds.get('act.weight'), Float32Array.of(0.25, 0.25, 0.25))
  t.throws(() => plan({ seed: 1, preset: 'torch', tensors: [{ name: 'mystery', shape: [2] }] }), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /mystery/,
  })
})

/** What a preset gives tensors of some names, shapes and classes: class and one value, where all are equal. */
function chosen(preset: string, tensors: Readonly<Record<string, readonly [number[], string?]>>) {
  const list = Object.entries(tensors).map(([name, [shape, kind]]) => ({ name, shape, kind }))
  const p = plan({ seed: 1, preset, tensors: list })
  const made = p.create()
  return p.tensors.map(({ name, init }) => {
    const values = new Set(made.get(name) as Float32Array)
    return values.size === 1 ? [...values][0] : init.className
  })
}

test('torch: classes and neighbours decide where names could mislead', (t) => {
  const layers = chosen('torch', {
    'a.weight': [[3, 4], 'LlamaRMSNorm'],
    'b.weight': [[1], 'RMSNorm'],
    'norm.weight': [[3, 4], 'Linear'],
    'norm2.weight': [[3, 4]],
    'norm2.bias': [[3]],
    'act.weight': [[5]],
    'act.bias': [[5]],
    'unembed.weight': [[3, 4]],
    'bilinear.weight': [[3, 4]],
    // torch draws no bias for a layer without inputs.
    'empty.weight': [[5, 0]],
    'empty.bias': [[5]],
  })
  const drawn = ['TorchDefault', 'TorchDefault', 'RandomUniform']
  t.deepEqual(layers, [1, 1, ...drawn, 1, 0, 'TorchDefault', 'TorchDefault', 'TorchDefault', 0])
  const own = { 'encoder.layers.0.linear1.weight': [[6, 4]], 'encoder.norm.weight': [[4]] } as const
  const shapes = structuredClone(own) as unknown as Record<string, [number[]]>
  t.deepEqual(chosen('torch', shapes), ['TorchDefault', 1], 'an encoder is no nn.Transformer')
})

test('keras and flax: classes and neighbours decide where names could mislead', (t) => {
  t.deepEqual(
    chosen('flax', {
      'h/kernel': [[4, 4]],
      'cell/h/kernel': [[4, 4]],
      'cell/i/kernel': [[3, 4]],
      'if/bias': [[4]],
    }),
    ['LecunNormal', 'Orthogonal', 'LecunNormal', 1],
  )
  t.deepEqual(
    chosen('keras', {
      'attention/scale': [[]],
      'additive_attention/scale': [[9]],
      'x/scale': [[9], 'AdditiveAttention'],
      'rms/scale': [[9], 'RMSNormalization'],
    }),
    [1, 'GlorotUniform', 'GlorotUniform', 1],
  )
})

test('gpt2: the masks that old checkpoints keep are told from biases', (t) => {
  const names = ['transformer.h.0.attn.bias', 'transformer.h.1.attn.bias']
  const masks = names.map((name) => ({ name, shape: [1, 1, 8, 8] }))
  t.throws(() => plan({ seed: 1, preset: 'gpt2', tensors: masks }), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /h\.0\.attn\.bias.*exclude it\n.*h\.1\.attn\.bias.*exclude it/,
  })
  t.deepEqual(chosen('gpt2', { 'h.0.attn.masked_bias': [[]], 'h.0.attn.c_attn.bias': [[9]] }), [-1e4, 0])
})

test('bert: the names that LayerNorm’s tensors had', (t) => {
  const norm = 'bert.embeddings.LayerNorm'
  t.deepEqual(chosen('bert', { [`${norm}.gamma`]: [[8]], [`${norm}.beta`]: [[8]] }), [1, 0])
})

test('keras: the defaults of its layers, and a Keras network’s own configs without any rule', async (t) => {
  const shapes: Record<string, number[]> = {
    'dense/kernel': [300, 500],
    'dense/bias': [500],
    'conv/kernel': [3, 3, 32, 64],
    'bn/gamma': [4],
    'bn/beta': [4],
    'bn/moving_mean': [4],
    'bn/moving_variance': [4],
    'embedding/embeddings': [200, 100],
    'lstm_cell/recurrent_kernel': [25, 100],
    'lstm_cell/bias': [100],
  }
  const p = plan({
    seed: 7,
    preset: 'keras',
    tensors: Object.entries(shapes).map(([name, shape]) => ({ name, shape })),
  })
  check(t, p, {
    'dense/kernel': { uniform: root(6 / 800) },
    'dense/bias': 'zeros',
    'conv/kernel': { uniform: root(6 / (9 * 96)) },
    'bn/gamma': 'ones',
    'bn/beta': 'zeros',
    'bn/moving_mean': 'zeros',
    'bn/moving_variance': 'ones',
    'embedding/embeddings': { uniform: 0.05 },
  })
  const gates = Float32Array.from({ length: 100 }, (_, i) => (i >= 25 && i < 50 ? 1 : 0))
  t.deepEqual(p.create().get('lstm_cell/bias'), gates)
  const lstm = (await planFromFile(model('keras_lstm'), { seed: 8 })).create()
  const list = JSON.parse(await readFile(model('keras_lstm'), 'utf8')) as {
    tensors: { name: string; unit_forget_bias?: boolean }[]
  }
  const biases = list.tensors.filter((tensor) => tensor.unit_forget_bias)
  t.true(biases.length > 0)
  for (const { name } of biases) {
    const bias = lstm.get(name) as Float32Array
    const n = bias.length / 4
    t.true(
      bias.every((value, i) => value === (i >= n && i < 2 * n ? 1 : 0)),
      name,
    )
  }
  const mobile = await planFromFile(model('keras_mobilenet_v2'), { seed: 9 })
  t.is(mobile.size, 3_504_872)
  check(t, mobile, { 'Conv1/kernel': { uniform: root(6 / (9 * 35)) }, 'bn_Conv1/gamma': 'ones' })
})

test('flax: the defaults of flax.linen’s layers', (t) => {
  const shapes: Record<string, number[]> = {
    'Dense_0/kernel': [300, 500],
    'Dense_0/bias': [500],
    'Conv_0/kernel': [3, 3, 32, 64],
    'LayerNorm_0/scale': [4],
    'LayerNorm_0/bias': [4],
    'BatchNorm_0/mean': [4],
    'BatchNorm_0/var': [4],
    'Embed_0/embedding': [2000, 100],
    'attention/query/kernel': [64, 8, 40],
    'attention/out/kernel': [8, 40, 64],
    'lstm/hi/kernel': [64, 64],
  }
  const p = plan({
    seed: 10,
    preset: 'flax',
    tensors: Object.entries(shapes).map(([name, shape]) => ({ name, shape })),
  })
  const lecun = (fanIn: number) => ({
    truncated: root(1 / fanIn),
    cut: (2 / 0.87962566103423978) * root(1 / fanIn),
  })
  check(t, p, {
    'Dense_0/kernel': lecun(300),
    'Dense_0/bias': 'zeros',
    'Conv_0/kernel': lecun(288),
    'LayerNorm_0/scale': 'ones',
    'LayerNorm_0/bias': 'zeros',
    'BatchNorm_0/mean': 'zeros',
    'BatchNorm_0/var': 'ones',
    'Embed_0/embedding': { normal: 0.1 },
    'attention/query/kernel': lecun(64),
    'attention/out/kernel': lecun(320),
  })
  t.is(p.tensors.find(({ name }) => name === 'lstm/hi/kernel')?.init.className, 'Orthogonal')
})

test('planTable tells law, fans, file and owner of every tensor without making one', async (t) => {
  const p = await planFromFile(model('llama3_8b'), { preset: 'llama' })
  const rows = planTable(p, 'out/model.safetensors', { maxShardSize: '5GB', shards: 2 })
  t.is(rows.length, 291)
  t.is(rows[0]?.file, 'out/model-00001-of-00004.safetensors')
  t.is(new Set(rows.map(({ file }) => file)).size, 4)
  t.deepEqual([...new Set(rows.map(({ owner }) => owner))], [0, 1])
  t.is(
    rows.reduce((sum, { bytes }) => sum + bytes, 0),
    p.byteLength,
  )
  t.is(rows[0]?.stddev, 0.02)
  const [row] = planTable(
    plan({ seed: 1, tensors: [{ name: 'w', shape: [30, 50], init: 'he_normal' }] }),
    'w.safetensors',
  )
  t.deepEqual([row?.initializer, row?.fanIn, row?.fanOut, row?.file], ['HeNormal', 30, 50, 'w.safetensors'])
  t.true(Math.abs((row?.stddev as number) - root(2 / 30)) < 1e-6)
})
