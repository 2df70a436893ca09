import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import {
  constant,
  heNormal,
  initializer,
  type InitializerLike,
  kaimingUniform,
  orthogonal,
  randomNormal,
  registerInitializer,
  truncNormal,
  varianceScaling,
} from 'symbreak'

interface KerasFile {
  configs: { call: string; serialized: { class_name: string; config: Record<string, unknown> } }[]
}

const keras = JSON.parse(
  readFileSync(new URL('data/keras_initializer_configs.json', import.meta.url), 'utf8'),
) as KerasFile

for (const { call, serialized } of keras.configs) {
  test(`${call} is read and written as Keras does`, (t) => {
    const { class_name, config } = serialized
    t.deepEqual(initializer(serialized).toJSON(), { class_name, config } as never)
  })
}

const SPELLINGS: Record<string, string[]> = {
  HeNormal: ['he_normal', 'HeNormal', 'heNormal', 'he_normal_', 'henormal'],
  LecunNormal: ['lecun_normal', 'leCunNormal', 'LeCunNormal'],
  GlorotUniform: ['glorot_uniform', 'glorotUniform'],
  XavierUniform: ['xavier_uniform', 'xavier_uniform_', 'xavierUniform'],
  KaimingNormal: ['kaiming_normal_', 'kaimingNormal'],
  Zeros: ['zero', 'zeros', 'zeros_'],
  Ones: ['one', 'ones'],
  RandomUniform: ['uniform', 'random_uniform', 'uniform_'],
  RandomNormal: ['normal', 'random_normal'],
  TruncatedNormal: ['truncated_normal', 'truncatedNormal'],
  TruncNormal: ['trunc_normal_', 'truncNormal'],
  Orthogonal: ['orthogonal', 'OrthogonalInitializer', 'orthogonal_'],
  Identity: ['identity', 'IdentityInitializer'],
  Eye: ['eye_'],
}

for (const [className, names] of Object.entries(SPELLINGS)) {
  test(`${className} by ${names.join(', ')}`, (t) => {
    for (const name of names) t.is(initializer(name).className, className)
  })
}

test('the dialect of tfjs', (t) => {
  const like = {
    className: 'VarianceScaling',
    config: { scale: 2, mode: 'fanOut', distribution: 'truncatedNormal', seed: null },
  }
  const expected = varianceScaling({ scale: 2, mode: 'fan_out' }).toJSON()
  t.deepEqual(initializer(like).toJSON(), expected)
  t.deepEqual(initializer({ ...like, config: { ...like.config, distribution: 'normal' } }).toJSON(), expected)
})

test("Keras's nested forms", (t) => {
  const generator = {
    module: 'keras.random',
    class_name: 'SeedGenerator',
    config: { name: 'seed_generator', seed: 12 },
  }
  t.is(initializer({ class_name: 'HeNormal', config: { seed: generator } }).seed, 12n)
  const value = { class_name: '__numpy__', config: { value: [[1, 2]], dtype: 'float32' } }
  const filled = initializer({ class_name: 'Constant', config: { value } })
  t.deepEqual([...filled.create([2, 2])], [1, 2, 1, 2])
  t.deepEqual([...initializer(filled.toJSON()).create([2, 2])], [1, 2, 1, 2])
  const old = {
    class_name: 'VarianceScaling',
    config: { scale: 1, mode: 'fan_avg', distribution: 'uniform', seed: null, dtype: 'float32' },
  }
  t.is(initializer(old).describe([4, 4]).distribution, 'uniform')
  const wrapped = {
    module: 'my.code',
    class_name: 'HeNormal',
    config: { seed: 1 },
    registered_name: 'my>Unknown',
  }
  t.is(initializer(wrapped).className, 'HeNormal')
})

test("Keras's axes are products of their sizes", (t) => {
  const like = { class_name: 'GlorotUniform', config: { seed: null, input_axes: [0], output_axes: [1, 2] } }
  const { fanIn, fanOut } = initializer(like).describe([64, 8, 16])
  t.deepEqual([fanIn, fanOut], [64, 128])
  t.deepEqual(initializer(like).toJSON(), like as never)
  t.throws(() => varianceScaling({ inputAxes: [0] }), { code: 'ERR_INVALID_ARGUMENT' })
})

test('seeds in JSON: numbers that Keras can hold, else text beside the config', (t) => {
  const round = (seed: number | bigint) =>
    initializer(JSON.parse(JSON.stringify(heNormal({ seed }))) as InitializerLike)
  fc.assert(
    fc.property(fc.bigInt(0n, 2n ** 64n - 1n), (seed) => {
      t.is(round(seed).seed, seed)
    }),
  )
  t.is(heNormal({ seed: 0 }).getConfig()['seed'], 0)
  t.is(heNormal({ seed: 2 ** 32 - 1 }).getConfig()['seed'], 2 ** 32 - 1)
  t.is(heNormal({ seed: 2 ** 32 }).getConfig()['seed'], null)
  t.is(heNormal({ seed: 2 ** 32 }).toJSON().seed, '4294967296')
  t.is(heNormal().toJSON().seed, undefined)
  t.is(initializer({ class_name: 'HeNormal', config: { seed: '77' } }).seed, 77n)
  t.throws(() => heNormal({ seed: '77' as never }), { code: 'ERR_INVALID_SEED' })
})

test('an unseeded initializer stays unseeded when read', (t) => {
  const original = heNormal()
  t.not(initializer(original.toJSON()).seed, original.seed)
})

test('every parameter goes through JSON', (t) => {
  const all = [
    randomNormal({ mean: 1, stddev: 0, seed: 3 }),
    orthogonal({ gain: 2, layout: 'torch', seed: 5 }),
    orthogonal({ layout: { kind: 'gates', gates: 3, base: 'torch' } }),
    kaimingUniform({ a: 0.2, mode: 'fanOut', nonlinearity: 'leakyRelu', layout: { fanIn: 3, fanOut: 4 } }),
    truncNormal({ mean: 1, std: 0.5, a: -1, b: 3 }),
    constant({ value: [[1], [2]] }),
  ]
  for (const one of all) {
    const text = JSON.stringify(one)
    t.is(JSON.stringify(initializer(JSON.parse(text) as InitializerLike)), text)
  }
})

test('an initializer is itself', (t) => {
  const mine = heNormal({ seed: 1 })
  t.is(initializer(mine), mine)
})

test("a user's own class", (t) => {
  registerInitializer('HalfNormal', ({ seed }) =>
    randomNormal({ stddev: 0.5, ...(seed === undefined ? {} : { seed: seed as bigint }) }),
  )
  t.is(initializer('half_normal').describe([3]).stddev, 0.5)
  t.is(initializer({ class_name: 'HalfNormal', config: { seed: '9' } }).seed, 9n)
  t.is(
    initializer({
      class_name: 'Other',
      config: {},
      registered_name: 'HalfNormal',
    } as InitializerLike).describe([3]).stddev,
    0.5,
  )
  t.throws(() => registerInitializer('he_normal', () => heNormal()), { code: 'ERR_INVALID_ARGUMENT' })
  registerInitializer('Broken', () => 3 as never)
  t.throws(() => initializer('Broken'), { code: 'ERR_INVALID_ARGUMENT' })
})

test('unknown names are answered with the nearest', (t) => {
  const error = t.throws(() => initializer('he_norml'), { code: 'ERR_UNKNOWN_INITIALIZER' })
  t.regex(error.message, /HeNormal/)
  t.throws(() => initializer({ class_name: 'Glorot', config: {} }), { code: 'ERR_UNKNOWN_INITIALIZER' })
  t.throws(() => initializer('__proto__'), { code: 'ERR_UNKNOWN_INITIALIZER' })
  t.throws(() => initializer({ config: {} } as never), { code: 'ERR_INVALID_ARGUMENT' })
})
