import test from 'ava'
import {
  constant,
  embedding,
  Generator,
  heNormal,
  initializer,
  orthogonal,
  randomNormal,
  randomUniform,
  sparse,
  truncatedNormal,
  truncNormal,
  uniform,
  varianceScaling,
  zeros,
} from 'symbreak'

type Call = [what: string, call: () => unknown, message: RegExp]

const refused: Record<string, Call[]> = {
  ERR_INVALID_SHAPE: [
    ['a shape that is no array', () => zeros().create('3' as never), /shape must be an array, got "3"/],
    [
      'a negative size',
      () => zeros().create([2, -1]),
      /shape\[1\] must be an integer from 0 to 2\^53 - 1, got -1/,
    ],
    ['a fractional size', () => zeros().create([1.5]), /got 1.5/],
    ['NaN as size', () => zeros().create([NaN]), /got NaN/],
    ['text as size', () => zeros().create(['3'] as never), /got "3"/],
    ['a bigint as size', () => zeros().create([3n] as never), /got 3n/],
    ['too many elements', () => zeros().create([2 ** 30, 2 ** 30]), /more than 2\^53 - 1 elements/],
    ['too many axes', () => zeros().create(new Array<number>(65).fill(1)), /at most 64 entries/],
    [
      'a row beyond the last',
      () => embedding({ paddingIdx: 4 }).create([4, 2]),
      /row of shape \[4, 2\], got 4/,
    ],
    ['a vector for orthogonal', () => orthogonal().create([5]), /rank >= 2/],
  ],
  ERR_INVALID_SEED: [
    ['a negative seed', () => heNormal({ seed: -1 }), /seed must be an integer from 0/],
    ['a fractional seed', () => heNormal({ seed: 0.5 }), /got 0.5/],
    ['a seed beyond 2^64', () => heNormal({ seed: 2n ** 64n }), /got 18446744073709551616n/],
    ['an unsafe seed', () => heNormal({ seed: 2 ** 53 }), /got 9007199254740992/],
    ['text as seed', () => heNormal().create([2], { seed: '1' as never }), /got "1"/],
    ['no seed for a pure function', () => uniform(3, {} as never), /got undefined/],
  ],
  ERR_INVALID_PATH: [
    ['a number as path', () => heNormal().create([2], { path: 3 as never }), /path must be a string, got 3/],
    ['a lone surrogate', () => heNormal().create([2], { path: 'a\ud800' }), /well-formed/],
    ['a lone surrogate for a constant', () => zeros().create([2], { path: '\udc00' }), /well-formed/],
    ['a Generator without a name', () => new Generator(1, 5 as never), /path must be a string/],
  ],
  ERR_INVALID_ARGUMENT: [
    ['an unknown option', () => heNormal({ gain: 2 } as never), /unknown option "gain"/],
    ['a seed for zeros', () => zeros({ seed: 1 } as never), /unknown option "seed"/],
    ['an unknown create option', () => heNormal().create([2], { sed: 1 } as never), /unknown option "sed"/],
    ['min above max', () => randomUniform({ minval: 1, maxval: 0 }), /minval must not exceed maxval/],
    ['a negative stddev', () => randomNormal({ stddev: -1 }), /stddev must be a finite number >= 0, got -1/],
    ['an infinite mean', () => randomNormal({ mean: Infinity }), /mean must be a finite number/],
    ['a mean beyond f32', () => randomNormal({ mean: 1e300 }).create([2]), /finite as F32/],
    [
      'a width beyond f32',
      () => randomUniform({ minval: -3e38, maxval: 3e38 }).create([2]),
      /maxval - minval must be finite/,
    ],
    ['a scale of 0', () => varianceScaling({ scale: 0 }), /scale must be a finite number > 0, got 0/],
    ['a mode', () => varianceScaling({ mode: 'fan' as never }), /mode must be 'fan_in' or/],
    ['a distribution', () => varianceScaling({ distribution: 'cauchy' as never }), /distribution must be/],
    ['an engine', () => heNormal().create([2], { engine: 'gpu' as never }), /engine must be/],
    [
      'threads',
      () => heNormal().create([2], { threads: 0 }),
      /threads must be an integer from 1 to 1024, got 0/,
    ],
    ['a dtype', () => heNormal().create([2], { dtype: 'F8' as never }), /dtype must be 'F32'/],
    [
      'an offset',
      () => heNormal().create([2], { offset: 3 }),
      /offset must be an integer from 0 to 2, got 3/,
    ],
    [
      'a length',
      () => heNormal().create([2], { offset: 1, length: 2 }),
      /length must be an integer from 0 to 1, got 2/,
    ],
    ['sparsity', () => sparse({ sparsity: 1.5 }), /sparsity must be a number from 0 to 1, got 1.5/],
    ['no sparsity', () => sparse({} as never), /sparsity must be .* got undefined/],
    ['a value', () => constant({ value: '1' as never }), /value must be/],
    ['bounds without values', () => truncNormal({ a: 3, b: 1 }).create([2]), /lower must not exceed upper/],
    ['bounds beyond 38 sigma', () => truncNormal({ a: 40, b: 41 }).create([2]), /38 standard deviations/],
    ['an initializer', () => initializer(5 as never), /initializer must be/],
    [
      'a missing unit of bounds',
      () => truncatedNormal(3, { seed: 1, lower: 0, upper: 1 } as never),
      /bounds must be 'sigma' or 'absolute'/,
    ],
    ['an output', () => heNormal().fill([1, 2] as never, [2]), /out must be a Float32Array/],
    [
      'shuffle of a view',
      () => new Generator(1).shuffle(new DataView(new ArrayBuffer(4)) as never),
      /items must be/,
    ],
  ],
  ERR_LENGTH_MISMATCH: [
    ['a short array', () => heNormal().fill(new Float32Array(3), [2, 2]), /must have 4 elements.*got 3/],
    ['a long array', () => heNormal().fill(new Float32Array(5), [2, 2]), /must have 4 elements.*got 5/],
  ],
  ERR_OUT_OF_MEMORY: [
    ['more than there is', () => zeros().create([2 ** 50]), /no memory for 1125899906842624 values/],
  ],
}

for (const [code, calls] of Object.entries(refused)) {
  for (const [what, call, message] of calls)
    test(`${code}: ${what}`, (t) => void t.throws(call, { code, message }))
}

test('asynchronous forms reject instead of throwing', async (t) => {
  await t.throwsAsync(heNormal().createAsync([-1]), { code: 'ERR_INVALID_SHAPE' })
  await t.throwsAsync(new Generator(1).uniformAsync(-1), { code: 'ERR_INVALID_ARGUMENT' })
  const error = await t.throwsAsync(heNormal().createAsync([4], { signal: AbortSignal.abort('why') }), {
    code: 'ERR_ABORTED',
  })
  t.is(error?.name, 'AbortError')
  t.is(error?.cause, 'why')
  await t.throwsAsync(heNormal().createAsync([4], { signal: {} as AbortSignal }), {
    code: 'ERR_INVALID_ARGUMENT',
  })
})

test('bad input changes nothing', (t) => {
  const out = new Float32Array(4).fill(7)
  t.throws(() => heNormal().fill(out, [2, 2], { seed: -1 }))
  t.throws(() => heNormal().fill(out, [3, 2]))
  t.throws(() => randomNormal({ mean: 1e300 }).fill(out, [4]))
  t.throws(() => uniform(out, { seed: 1, low: 1, high: 0 }))
  t.true(out.every((x) => x === 7))
})

test('shared memory is filled by the TypeScript engine and refused by the native one', (t) => {
  const shared = new Float32Array(new SharedArrayBuffer(16))
  t.deepEqual([...heNormal({ seed: 1 }).fill(shared, [4])], [...heNormal({ seed: 1 }).create([4])])
  t.throws(() => heNormal({ seed: 1 }).fill(shared, [4], { engine: 'native' }), { code: 'ERR_SHARED_MEMORY' })
})

test('a draw that is refused for its memory leaves the position', async (t) => {
  const shared = new Float32Array(new SharedArrayBuffer(16))
  const g = new Generator(1)
  t.throws(() => g.uniform(shared, { engine: 'native' }), { code: 'ERR_SHARED_MEMORY' })
  await t.throwsAsync(g.normalAsync(shared, { engine: 'native' }), { code: 'ERR_SHARED_MEMORY' })
  t.is(g.position, 0n)
})

test('progress comes at most ten times a second, in order', async (t) => {
  const reports: symbreakProgress[] = []
  const onProgress = (progress: symbreakProgress) => reports.push(progress)
  await randomNormal({ seed: 1 }).createAsync([12_000_000], { engine: 'js', onProgress })
  for (const [i, { done, elapsedMs }] of reports.slice(1).entries()) {
    const before = reports[i] as symbreakProgress
    t.true(done > before.done)
    if (done < 12_000_000) t.true(elapsedMs - before.elapsedMs >= 100)
  }
  t.is(reports.at(-1)?.done, 12_000_000)
})

test('progress tells of the end', async (t) => {
  const reports: symbreakProgress[] = []
  await randomNormal().createAsync([1000], { onProgress: (progress) => reports.push(progress) })
  t.like(reports.at(-1), { done: 1000, total: 1000, unit: 'elements' })
})

type symbreakProgress = import('symbreak').Progress
