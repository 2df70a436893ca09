import test from 'ava'
import fc from 'fast-check'
import * as symbreak from 'symbreak'
import * as js from 'symbreak/js'

/** Values that no caller should pass: the odd, the hostile and the merely wrong. */
const hostile = fc.constantFrom<unknown>(
  Symbol('s'),
  () => 1,
  new Map(),
  new Date(NaN),
  [[]],
  cyclic(),
  new DataView(new ArrayBuffer(8)),
  new Float32Array(3),
  Uint16Array.of(1, 2),
  null,
  undefined,
  NaN,
  -0,
  Infinity,
  2 ** 53,
  -1,
  0.5,
  10n,
  -1n,
  '',
  'keras',
  '\ud800',
  '__proto__',
  true,
  Object.create(null),
)

function fail(): never {
  throw new Error('trap')
}

/** Values that throw when they are looked at: too hostile for fast-check, which looks. */
const traps: unknown[] = [
  revoked(),
  new Proxy({}, { get: fail, ownKeys: fail, has: fail, getPrototypeOf: fail }),
  new Proxy([], { get: fail }),
  Object.defineProperty({}, 'seed', { enumerable: true, get: fail }),
]

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}

function cyclic(): unknown[] {
  const list: unknown[] = []
  list.push(list, list)
  return list
}

const KEYS = [
  'seed',
  'path',
  'offset',
  'length',
  'layout',
  'dtype',
  'engine',
  'threads',
  'gain',
  'mean',
  'stddev',
  'minval',
  'maxval',
  'scale',
  'mode',
  'distribution',
  'value',
  'low',
  'high',
  'lower',
  'upper',
  'bounds',
  'p',
  'class_name',
  'config',
  'inAxes',
  'outAxes',
  'kind',
  'sparsity',
  'groups',
  'std',
  'a',
  'b',
  'signal',
  'onProgress',
  'fanIn',
  'fanOut',
  'inputAxes',
  'replace',
  'weights',
  'rank',
  'part',
  'heads',
  'upscale',
  'maxSteps',
  'data',
  'shape',
]

const small = fc.oneof(
  fc.integer({ min: -3, max: 40 }),
  fc.double({ min: -3, max: 3 }),
  hostile,
  fc.string({ maxLength: 5 }),
)
const record = fc.dictionary(fc.constantFrom(...KEYS), small, { maxKeys: 3 })
const shape = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 5 })
const junk = fc.oneof(small, shape, record, fc.array(small, { maxLength: 4 }))

/** Functions that only check and compute; those that read files or train have tests of their own. */
const FUNCTIONS = Object.entries(js).filter(
  ([name, value]) =>
    typeof value === 'function' && !['Generator', 'registerInitializer', 'systemInfo'].includes(name),
) as unknown as [string, (...args: unknown[]) => unknown][]

function check(error: unknown, what: string): void {
  const { code, message } = error as { code?: unknown; message?: unknown }
  const typed =
    error instanceof Error && typeof code === 'string' && code.startsWith('ERR_') && code !== 'ERR_INTERNAL'
  if (!typed)
    throw new Error(`${what} threw ${String(message)}, without a code of this package`, { cause: error })
}

async function attempt(what: string, call: () => unknown): Promise<unknown> {
  try {
    return await call()
  } catch (error) {
    check(error, what)
    return undefined
  }
}

for (const [name, call] of FUNCTIONS) {
  test(`${name} answers junk with a typed error or an answer`, async (t) => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(junk, { maxLength: 3 }),
        fc.array(junk, { maxLength: 3 }),
        async (args, more) => {
          const made = await attempt(name, () => call(...args))
          if (made === null || typeof made !== 'object' || !('createAsync' in made)) return
          const { create, createAsync, describe, fill } = made as symbreak.Initializer
          for (const method of [create, createAsync, describe, fill]) {
            await attempt(`${name}().${method.name}`, () =>
              (method as (...args: unknown[]) => unknown).apply(made, more),
            )
          }
        },
      ),
      { numRuns: 100 },
    )
    t.pass()
  })
}

test('objects that throw when looked at are refused', async (t) => {
  const out = new Float32Array(2)
  for (const trap of traps) {
    for (const [name, call] of FUNCTIONS) {
      await attempt(name, () => call(trap))
      await attempt(name, () => call(out, trap))
      await attempt(name, () => call({ seed: trap, layout: trap, value: trap }))
    }
    const made = symbreak.heNormal({ seed: 1 })
    for (const args of [
      [trap],
      [[2], trap],
      [[2], { layout: trap }],
      [[trap]],
      [[2], { signal: trap, onProgress: trap }],
    ]) {
      await attempt('create', () => made.create(...(args as [number[]])))
      await attempt('createAsync', () => made.createAsync(...(args as [number[]])))
      await attempt('fill', () => made.fill(out, ...(args as [number[]])))
    }
  }
  t.deepEqual([...out].map(Number.isFinite), [true, true])
})

test('Generator answers junk with a typed error or an answer', async (t) => {
  const methods = [
    'uniform',
    'normal',
    'truncatedNormal',
    'bernoulli',
    'integers',
    'permutation',
    'shuffle',
    'fork',
    'normalAsync',
    'sample',
    'choice',
    'integersAsync',
  ] as const
  await fc.assert(
    fc.asyncProperty(
      fc.array(junk, { maxLength: 2 }),
      fc.constantFrom(...methods),
      fc.array(junk, { maxLength: 2 }),
      async (made, method, args) => {
        await attempt('Generator', () => new symbreak.Generator(...(made as [])))
        const generator = new symbreak.Generator(1)
        await attempt(method, () =>
          (generator[method] as (...args: unknown[]) => unknown).apply(generator, args),
        )
        await attempt('fromJSON', () => symbreak.Generator.fromJSON(args[0] as never))
      },
    ),
    { numRuns: 500 },
  )
  t.pass()
})

test('a refused fill leaves the array as it was', async (t) => {
  await fc.assert(
    fc.asyncProperty(junk, record, async (shapes, options) => {
      const out = new Float32Array(6).fill(3)
      const made = symbreak.heNormal({ seed: 1 })
      let failed = false
      try {
        made.fill(out, shapes as number[], options as object)
      } catch (error) {
        failed = true
        check(error, 'fill')
      }
      t.is(
        failed,
        out.every((x) => x === 3),
      )
    }),
    { numRuns: 300 },
  )
})
