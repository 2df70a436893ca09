import test from 'ava'
import fc from 'fast-check'
import { heNormal, initializer, orthogonal, plan, registerInitializer, systemInfo, zeros } from 'symbreak'
import type { EngineName, Plan, PlanSpec } from 'symbreak'

const engines: EngineName[] = systemInfo().nativeError === undefined ? ['js', 'native'] : ['js']

const spec: PlanSpec = {
  seed: 7,
  layout: 'torch',
  rules: [
    { match: '*.bias', init: 'zeros' },
    { match: /norm\.weight$/, init: 'ones' },
    { match: 'embed.*', init: { class_name: 'RandomNormal', config: { stddev: 0.02 } } },
    { match: '*', init: 'he_normal' },
  ],
  tensors: [
    { name: 'embed.weight', shape: [100, 16] },
    { name: 'block.0.weight', shape: [32, 16] },
    { name: 'block.0.bias', shape: [32] },
    { name: 'block.0.norm.weight', shape: [32] },
    { name: 'square', shape: [24, 24], init: orthogonal({ gain: 2 }) },
    { name: 'half', shape: [5, 3], dtype: 'BF16' },
    { name: 'double', shape: [7, 3], dtype: 'F64' },
    { name: 'empty', shape: [0, 3] },
    { name: 'scalar', shape: [], init: 'ones' },
  ],
}

const bytes = (array: ArrayBufferView) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)

function equalTensors(
  t: { deepEqual(a: unknown, b: unknown, message?: string): unknown },
  a: ReadonlyMap<string, ArrayBufferView>,
  b: ReadonlyMap<string, ArrayBufferView>,
): void {
  t.deepEqual([...a.keys()], [...b.keys()])
  for (const [name, array] of a) t.deepEqual(bytes(array), bytes(b.get(name) as ArrayBufferView), name)
}

for (const engine of engines) {
  test(`${engine}: a tensor is what its initializer makes with the plan's seed and its name as path`, (t) => {
    const made = plan(spec).create({ engine })
    const he = heNormal({ layout: 'torch' }).create([32, 16], { seed: 7, path: 'block.0.weight', engine })
    t.deepEqual(made.get('block.0.weight'), he)
    const haar = orthogonal({ gain: 2, layout: 'torch' }).create([24, 24], {
      seed: 7,
      path: 'square',
      engine,
    })
    t.deepEqual(made.get('square'), haar)
    t.deepEqual(made.get('block.0.bias'), new Float32Array(32))
    t.deepEqual(made.get('block.0.norm.weight'), new Float32Array(32).fill(1))
    t.true(made.get('half') instanceof Uint16Array)
    t.true(made.get('double') instanceof Float64Array)
    t.is(made.get('empty')?.length, 0)
    t.deepEqual(made.get('scalar'), Float32Array.of(1))
  })

  test(`${engine}: create, createAsync, fill, fillAsync and tensorsAsync make the same bytes`, async (t) => {
    const p = plan(spec)
    const made = p.create({ engine: 'js' })
    equalTensors(t, await p.createAsync({ engine }), made)
    equalTensors(t, p.fill(blank(p), { engine, threads: 2 }), made)
    equalTensors(t, await p.fillAsync(blank(p), { engine }), made)
    const streamed = new Map<string, ArrayBufferView>()
    for await (const { name, data } of p.tensorsAsync({ engine })) streamed.set(name, data)
    equalTensors(t, streamed, made)
  })
}

/** Arrays for a plan, all in one pooled buffer. */
function blank(p: Plan): Map<string, Float32Array | Float64Array | Uint16Array> {
  const pool = new ArrayBuffer(1 << 20)
  let at = 64
  return new Map(
    p.tensors.map(({ name, dtype, size, byteLength }) => {
      const Type = dtype === 'F32' ? Float32Array : dtype === 'F64' ? Float64Array : Uint16Array
      const view = new Type(pool, at, size)
      at += Math.ceil(byteLength / 8) * 8
      return [name, view]
    }),
  )
}

test('the arrays of create are views of one buffer, and byteLength counts their bytes', (t) => {
  const p = plan(spec)
  const arrays = [...p.create().values()]
  t.is(new Set(arrays.map(({ buffer }) => buffer)).size, 1)
  t.is(
    p.byteLength,
    arrays.reduce((sum, { byteLength }) => sum + byteLength, 0),
  )
})

test('toJSON holds the resolved initializers, and plan reads it back to the same bytes', (t) => {
  const p = plan(spec)
  const json = JSON.stringify(p)
  const again = plan(JSON.parse(json) as PlanSpec)
  t.is(JSON.stringify(again), json)
  equalTensors(t, again.create(), p.create())
  t.is(
    (JSON.parse(json) as { tensors: { init: { class_name: string } }[] }).tensors[0]?.init.class_name,
    'RandomNormal',
  )
})

test('seeds: the initializer’s own wins over the plan’s, large ones survive JSON, 0 is a seed', (t) => {
  const seed = 2n ** 64n - 1n
  const tensors = [{ name: 'w', shape: [8, 8] }]
  const own = plan({ seed: 1, tensors, rules: [{ match: 'w', init: heNormal({ seed }) }] })
  const expected = heNormal().create([8, 8], { seed, path: 'w' })
  t.deepEqual(own.create().get('w'), expected)
  t.deepEqual(plan(own.toJSON()).create().get('w'), expected)
  const big = plan({ seed, tensors, rules: [{ match: 'w', init: 'he_normal' }] })
  t.deepEqual(
    plan(JSON.parse(JSON.stringify(big)) as PlanSpec)
      .create()
      .get('w'),
    expected,
  )
  const zero = plan({ seed: 0, tensors, rules: [{ match: 'w', init: 'he_normal' }] })
  t.deepEqual(zero.create().get('w'), heNormal().create([8, 8], { seed: 0, path: 'w' }))
})

test('layouts: the tensor’s, the rule’s, the initializer’s own, the plan’s', (t) => {
  const shape = [3, 5, 7, 11]
  const bound = (p: Plan) => Math.max(...(p.create().get('w') as Float32Array).map(Math.abs))
  const limit = (fanIn: number) => Math.sqrt(6 / fanIn)
  const fans = { keras: 3 * 5 * 7, torch: 5 * 7 * 11, mlx: 11 * 5 * 7 }
  const tensors = [{ name: 'w', shape }]
  const near = (value: number, fanIn: number) =>
    t.true(value <= limit(fanIn) && value > 0.98 * limit(fanIn), `${value} ${fanIn}`)
  const rules = [{ match: 'w', init: 'he_uniform' }]
  near(bound(plan({ seed: 1, tensors, rules })), fans.keras)
  near(bound(plan({ seed: 1, tensors, rules, layout: 'torch' })), fans.torch)
  const own = initializer({ class_name: 'HeUniform', config: { layout: { fanIn: 10, fanOut: 1 } } })
  near(bound(plan({ seed: 1, tensors, rules: [{ match: 'w', init: own }], layout: 'torch' })), 10)
  near(bound(plan({ seed: 1, tensors, rules: [{ match: 'w', init: own, layout: 'torch' }] })), fans.torch)
  const both = [{ name: 'w', shape, layout: 'keras' as const }]
  near(
    bound(plan({ seed: 1, tensors: both, rules: [{ match: 'w', init: own, layout: 'torch' }] })),
    fans.keras,
  )
})

test('one error lists every bad tensor, duplicate and unmatched name', (t) => {
  const error = t.throws(() =>
    plan({
      seed: 1,
      rules: [{ match: 'w*', init: 'he_normal' }],
      tensors: [
        { name: 'w1', shape: [-1] },
        { name: 'w2', shape: [2, 2], init: 'nonsense' },
        { name: 'w3', shape: [2, 2] },
        { name: 'w3', shape: [2, 2] },
        { name: 'lost', shape: [1] },
        { name: 'found', shape: [3], init: 'orthogonal' },
      ],
    }),
  ) as Error & { code: string }
  t.is(error.code, 'ERR_INVALID_ARGUMENT')
  for (const name of ['w1', 'w2', 'w3', 'lost', 'found']) t.regex(error.message, new RegExp(`"${name}"`))
})

test('the error of one bad tensor has its own code', (t) => {
  const fails = (tensor: object, code: string) =>
    t.throws(() => plan({ seed: 1, tensors: [tensor as never] }), { code }, JSON.stringify(tensor))
  fails({ name: 'w', shape: [1.5], init: 'ones' }, 'ERR_INVALID_SHAPE')
  fails({ name: 'w\ud800', shape: [1], init: 'ones' }, 'ERR_INVALID_PATH')
  fails({ name: 'w', shape: [1], init: 'nonsense' }, 'ERR_UNKNOWN_INITIALIZER')
  fails({ name: 'w', shape: [1], init: 'ones', color: 1 }, 'ERR_INVALID_ARGUMENT')
  fails({ name: 'w', shape: [1], init: 'ones', dtype: 'F8' }, 'ERR_INVALID_ARGUMENT')
  fails({ name: '__metadata__', shape: [1], init: 'ones' }, 'ERR_INVALID_PATH')
  fails({ name: 'w', shape: [4, 4], init: 'orthogonal', dtype: 'F64' }, 'ERR_INVALID_ARGUMENT')
  t.throws(() => plan({ tensors: [] } as never), { code: 'ERR_INVALID_SEED' })
  t.throws(() => plan({ seed: 1, tensors: [], preset: 'caffe' }), { code: 'ERR_INVALID_ARGUMENT' })
})

test('fill refuses wrong maps before it changes anything', (t) => {
  const p = plan({
    seed: 1,
    tensors: [
      { name: 'a', shape: [4], init: 'ones' },
      { name: 'b', shape: [4], init: 'ones' },
    ],
  })
  const a = new Float32Array(4)
  const fails = (arrays: unknown, code: string, options = {}) => {
    t.throws(() => p.fill(arrays as never, options), { code })
    t.deepEqual(a, new Float32Array(4))
  }
  fails({ a }, 'ERR_INVALID_ARGUMENT')
  fails(new Map([['a', a]]), 'ERR_INVALID_ARGUMENT')
  fails(
    new Map([
      ['a', a],
      ['b', new Float32Array(4)],
      ['c', a],
    ]),
    'ERR_INVALID_ARGUMENT',
  )
  fails(
    new Map<string, unknown>([
      ['a', a],
      ['b', new Float64Array(4)],
    ]),
    'ERR_INVALID_ARGUMENT',
  )
  fails(
    new Map([
      ['a', a],
      ['b', new Float32Array(5)],
    ]),
    'ERR_LENGTH_MISMATCH',
  )
  fails(
    new Map([
      ['a', a],
      ['b', a],
    ]),
    'ERR_OVERLAPPING_VIEWS',
  )
  const buffer = new ArrayBuffer(28)
  fails(
    new Map([
      ['a', new Float32Array(buffer, 12, 4)],
      ['b', new Float32Array(buffer, 0, 4)],
    ]),
    'ERR_OVERLAPPING_VIEWS',
  )
})

test('neighbouring views of one buffer do not overlap', (t) => {
  const p = plan({
    seed: 1,
    tensors: [
      { name: 'a', shape: [4], init: 'ones' },
      { name: 'b', shape: [4], init: 'ones' },
    ],
  })
  const buffer = new ArrayBuffer(32)
  p.fill(
    new Map([
      ['a', new Float32Array(buffer, 16, 4)],
      ['b', new Float32Array(buffer, 0, 4)],
    ]),
  )
  t.deepEqual(new Float32Array(buffer), new Float32Array(8).fill(1))
})

test('a glob matches the whole name, * any run and ? one character', (t) => {
  const matches = (match: string | RegExp, name: string) => {
    const rules = [
      { match, init: 'ones' },
      { match: '*', init: 'zeros' },
    ]
    return (
      plan({ seed: 1, tensors: [{ name, shape: [1] }], rules })
        .create()
        .get(name)?.[0] === 1
    )
  }
  const cases: [string | RegExp, string, boolean][] = [
    ['*', '', true],
    ['', '', true],
    ['?', '', false],
    ['a*', 'a/b.c', true],
    ['a*c', 'a/b.c', true],
    ['*b*', 'a/b.c', true],
    ['a', 'ab', false],
    ['b', 'ab', false],
    ['A', 'a', false],
    ['a?c', 'abc', true],
    ['a?c', 'ac', false],
    ['?', '🙂', true],
    ['a.c', 'abc', false],
    ['(a|b)', 'a', false],
    ['**a**', 'a', true],
    ['*aab', 'aaaab', true],
    ['*.0.*', 'x.10.w', false],
    [/b/g, 'abc', true],
    [/^b/, 'abc', false],
    [/b/y, 'abc', false],
    [/a/y, 'abc', true],
  ]
  for (const [match, name, expected] of cases) t.is(matches(match, name), expected, `${match} ${name}`)
})

test('a RegExp’s lastIndex is neither read nor changed', (t) => {
  const match = /w/g
  match.lastIndex = 3
  const rules = [{ match, init: 'ones' }]
  const tensors = Array.from({ length: 5 }, (_, i) => ({ name: `w${i}`, shape: [1] }))
  t.notThrows(() => plan({ seed: 1, tensors, rules }))
  t.is(match.lastIndex, 3)
})

test('globs agree with regular expressions, and many stars take no time', (t) => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/', '*', '?') })
  fc.assert(
    fc.property(text, fc.string({ unit: fc.constantFrom('a', 'b', '.', '/') }), (match, name) => {
      const source = match.replace(/[./]/g, '\\$&').replaceAll('*', '[^]*').replaceAll('?', '[^]')
      const rules = [
        { match, init: 'ones' },
        { match: '*', init: 'zeros' },
      ]
      const [value] = plan({ seed: 1, tensors: [{ name, shape: [1] }], rules })
        .create()
        .get(name) as Float32Array
      return value === Number(new RegExp(`^${source}$`).test(name))
    }),
  )
  const rules = [
    { match: `${'*a'.repeat(40)}b`, init: 'ones' },
    { match: '*', init: 'zeros' },
  ]
  t.is(plan({ seed: 1, tensors: [{ name: 'a'.repeat(20_000), shape: [1] }], rules }).tensors.length, 1)
})

test('names are paths of streams and nothing else: prototypes and folders are safe', (t) => {
  const names = ['__proto__', 'constructor', '../x', '', 'a\u0000b', '🙂']
  const p = plan({ seed: 3, tensors: names.map((name) => ({ name, shape: [4], init: 'random_normal' })) })
  const made = p.create()
  t.deepEqual([...made.keys()], names)
  equalTensors(t, plan(JSON.parse(JSON.stringify(p)) as PlanSpec).create(), made)
  t.is(new Set([...made.values()].map((values) => values.join())).size, names.length)
})

test('an initializer of the user’s own takes part in a plan', (t) => {
  registerInitializer('PlanSpecCounting', () => ({
    className: 'PlanSpecCounting',
    create: ((shape: number[]) =>
      Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i)) as never,
    createAsync: (() => Promise.reject(new Error('unused'))) as never,
    fill: (() => undefined) as never,
    fillAsync: (() => Promise.reject(new Error('unused'))) as never,
    describe: (() => undefined) as never,
    getConfig: () => ({}),
    toJSON: () => ({ class_name: 'PlanSpecCounting', config: {} }),
  }))
  const p = plan({ seed: 1, tensors: [{ name: 'w', shape: [2, 3], init: 'PlanSpecCounting' }] })
  t.deepEqual(plan(p.toJSON()).create().get('w'), Float32Array.of(0, 1, 2, 3, 4, 5))
})

test('another element type is checked like the first', (t) => {
  const p = plan({ seed: 1, tensors: [{ name: 'a', shape: [3], init: 'he_normal' }] })
  t.is(p.withDtype('F16').byteLength, 6)
  for (const dtype of ['float16', undefined, null, 5, {}])
    t.throws(() => p.withDtype(dtype as never), { code: 'ERR_INVALID_ARGUMENT' })
})

test('a fault of an initializer of the user’s own is no fault of the plan', (t) => {
  const mistake = new TypeError('undefined is not a function')
  registerInitializer('PlanSpecFaulty', () => {
    throw mistake
  })
  const tensors = [{ name: 'w', shape: [2, 3], init: 'PlanSpecFaulty' }]
  t.is(
    t.throws(() => plan({ seed: 1, tensors })),
    mistake,
  )
  // The fault of one tensor stays of its kind, those of several are listed.
  const alone = t.throws(() => plan({ seed: 1, tensors: [{ name: 'w', shape: 5 as never, init: 'zeros' }] }))
  t.true(alone instanceof TypeError)
})

test('an aborted signal stops, and progress ends at the total', async (t) => {
  const p = plan({ seed: 1, tensors: [{ name: 'w', shape: [300, 300], init: zeros() }] })
  await t.throwsAsync(() => p.createAsync({ signal: AbortSignal.abort() }), {
    code: 'ERR_ABORTED',
    name: 'AbortError',
  })
  const seen: number[] = []
  await p.createAsync({
    onProgress: ({ done, total, unit }) =>
      seen.push(done) && t.deepEqual([total, unit], [90_000, 'elements']),
  })
  t.is(seen.at(-1), 90_000)
})
