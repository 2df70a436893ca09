import { readFileSync } from 'node:fs'
import test from 'ava'
import fc from 'fast-check'
import { Generator, normal, normalAsync, permutation, uniform, uniformAsync } from 'symbreak'

interface UniformVector {
  seed: string
  path: string
  offset: number
  low: number
  high: number
  bits: string[]
}

interface PermutationVector {
  seed: string
  path: string
  n: number
  permutation: number[]
}

function vectors<T>(name: string): T[] {
  return JSON.parse(
    readFileSync(new URL(`../crates/rng/tests/vectors/${name}`, import.meta.url), 'utf8'),
  ) as T[]
}

const bitsOf = (values: Float32Array) =>
  [...new Uint32Array(values.buffer)].map((bits) => bits.toString(16).padStart(8, '0'))

test('uniform gives the known answers on both engines', (t) => {
  for (const { seed, path, offset, low, high, bits } of vectors<UniformVector>('uniform-vectors.json')) {
    const options = { seed: BigInt(seed), path, offset, low, high }
    t.deepEqual(bitsOf(uniform(bits.length, { ...options, engine: 'js' })), bits)
    t.deepEqual(bitsOf(uniform(bits.length, options)), bits)
  }
})

test('permutation gives the known answers', (t) => {
  for (const { seed, path, n, permutation: expected } of vectors<PermutationVector>(
    'permutation-vectors.json',
  )) {
    t.deepEqual([...permutation(n, { seed: BigInt(seed), path })], expected)
    const items = Array.from({ length: n }, (_, i) => i)
    t.deepEqual(new Generator(BigInt(seed), path).shuffle(items), expected)
  }
})

test('any range of a stream is that part of the whole', (t) => {
  const whole = normal(10_000, { seed: 3, path: 'w' })
  const part = fc.tuple(fc.nat(9_999), fc.nat(300))
  fc.assert(
    fc.property(part, ([offset, wanted]) => {
      const length = Math.min(wanted, 10_000 - offset)
      const range = normal(length, { seed: 3, path: 'w', offset })
      t.deepEqual(range, whole.slice(offset, offset + length))
    }),
    { numRuns: 40 },
  )
})

test('draws start on fresh blocks and move the position behind them', (t) => {
  const g = new Generator(7, 'data')
  g.uniform(0)
  t.is(g.position, 0n)
  const first = g.uniform(1)
  t.is(g.position, 4096n)
  g.normal(4097)
  t.is(g.position, 3n * 4096n)
  g.integers(2049, { low: 0, high: 10 })
  t.is(g.position, 5n * 4096n, 'integers take two words each')
  g.position = 0n
  t.deepEqual(g.uniform(1), first)
  g.position = 1n
  t.deepEqual(g.uniform(3), uniform(3, { seed: 7, path: 'data', offset: 4096 }))
})

test('a refused draw moves nothing', (t) => {
  const g = new Generator(7)
  t.throws(() => g.uniform(4, { low: 2, high: 1 }), { code: 'ERR_INVALID_ARGUMENT' })
  t.throws(() => g.bernoulli(4, { p: 2 }), { code: 'ERR_INVALID_ARGUMENT' })
  t.is(g.position, 0n)
  g.position = 2n ** 53n
  t.throws(() => g.uniform(1), { code: 'ERR_INVALID_ARGUMENT' })
  t.throws(() => (g.position = -1n), { code: 'ERR_INVALID_ARGUMENT' })
})

test('asynchronous draws take their place at the call', async (t) => {
  const [a, b] = [new Generator(1), new Generator(1)]
  const pending = [a.uniformAsync(5), a.normalAsync(5)]
  t.is(a.position, 8192n)
  t.deepEqual(await Promise.all(pending), [b.uniform(5), b.normal(5)])
  t.deepEqual(await uniformAsync(100_000, { seed: 1 }), uniform(100_000, { seed: 1 }))
  t.deepEqual(await normalAsync(1_000, { seed: 1, engine: 'js' }), normal(1_000, { seed: 1 }))
})

test('forks are streams of their own', (t) => {
  const g = new Generator(7)
  const fork = g.fork('a').fork('b')
  t.is(fork.path, 'a/b')
  t.deepEqual(fork.uniform(8), uniform(8, { seed: 7, path: 'a/b' }))
  t.throws(() => g.fork(''), { code: 'ERR_INVALID_PATH' })
})

test('a generator goes through JSON', (t) => {
  const g = new Generator(2n ** 64n - 1n, 'p')
  g.uniform(10)
  const copy = Generator.fromJSON(JSON.parse(JSON.stringify(g)) as ReturnType<Generator['toJSON']>)
  t.deepEqual(copy.toJSON(), { seed: '18446744073709551615', path: 'p', position: '4096' })
  t.deepEqual(copy.normal(5), g.normal(5))
})

test('no seed means a new one', (t) => {
  t.not(new Generator().seed, new Generator().seed)
  t.is(new Generator(0).seed, 0n)
})

test('arrays are filled in place and given back', (t) => {
  const out = new Float32Array(10).fill(9)
  const part = out.subarray(2, 8)
  t.is(uniform(part, { seed: 1 }), part)
  t.deepEqual([out[0], out[1], out[8], out[9]], [9, 9, 9, 9])
  t.deepEqual(part, uniform(6, { seed: 1 }))
  const shared = new Float32Array(new SharedArrayBuffer(24))
  t.deepEqual([...uniform(shared, { seed: 1 })], [...part])
})

test('bernoulli and integers', (t) => {
  const g = new Generator(11)
  t.true(g.bernoulli(1_000, { p: 1 }).every((x) => x === 1))
  t.true(g.bernoulli(1_000, { p: 0 }).every((x) => x === 0))
  const ones = g.bernoulli(100_000, { p: 0.3 }).reduce((sum, x) => sum + x, 0)
  t.true(Math.abs(ones - 30_000) < 5 * Math.sqrt(21_000))
  const values = g.integers(10_000, { low: -2, high: 3 })
  t.deepEqual(
    [...new Set(values)].sort((a, b) => a - b),
    [-2, -1, 0, 1, 2],
  )
  const out = new Int32Array(4)
  t.is(g.integers(out, { low: 2 ** 31 - 1, high: 2 ** 31 }), out)
  t.true(out.every((x) => x === 2 ** 31 - 1))
})

test('asynchronous trials and integers are those of the synchronous draws', async (t) => {
  const [a, b] = [new Generator(3), new Generator(3)]
  t.deepEqual(await a.bernoulliAsync(5000, { p: 0.2, engine: 'js' }), b.bernoulli(5000, { p: 0.2 }))
  t.deepEqual(
    await a.integersAsync(new Int32Array(5000), { low: -5, high: 5 }),
    b.integers(5000, { low: -5, high: 5, engine: 'js' }),
  )
  t.is(a.position, b.position)
  await t.throwsAsync(a.integersAsync(5, { low: 0, high: 2, signal: AbortSignal.abort() }), {
    code: 'ERR_ABORTED',
  })
})

test('permutations are equal on both engines and continue the stream', (t) => {
  const g = new Generator(9, 'p')
  g.uniform(1)
  const items = Array.from({ length: 5000 }, (_, i) => i)
  const copy = Generator.fromJSON(g.toJSON())
  t.deepEqual([...g.permutation(5000)], copy.shuffle(items))
  t.is(g.position, copy.position)
})

test('threads change nothing', (t) => {
  const length = (1 << 21) + 4097
  for (const sampler of [uniform, normal]) {
    const [one, four] = [1, 4].map((threads) =>
      Buffer.from(sampler(length, { seed: 3, offset: 77, threads }).buffer),
    ) as [Buffer, Buffer]
    t.true(one.equals(four))
  }
})

test('shuffle keeps the items, of arrays and typed arrays', (t) => {
  const words = ['a', 'b', 'c', 'd', 'e']
  const g = new Generator(5)
  t.is(g.shuffle(words), words)
  t.deepEqual([...words].sort(), ['a', 'b', 'c', 'd', 'e'])
  t.deepEqual([...g.shuffle(BigInt64Array.of(1n, 2n, 3n))].sort(), [1n, 2n, 3n])
  t.throws(() => g.shuffle(Object.freeze([1, 2]) as number[]), { code: 'ERR_INVALID_ARGUMENT' })
})
