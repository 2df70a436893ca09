import test from 'ava'
import {
  type Distribution,
  type DistributionParams,
  Generator,
  sample,
  sampleAsync,
  systemInfo,
} from 'symbreak'

const run = systemInfo().nativeError === undefined ? test : test.skip

/** Every distribution with parameters it takes, and its mean where it has one. */
const CASES: { [D in Distribution]: [params: DistributionParams[D], mean?: number] } = {
  beta: [{ alpha: 2, beta: 6 }, 0.25],
  binomial: [{ n: 20, p: 0.25 }, 5],
  cauchy: [{ median: 1, scale: 2 }],
  chiSquared: [{ df: 3 }, 3],
  dirichlet: [{ alpha: [1, 2, 3] }, 1 / 3],
  exponential: [{ rate: 2 }, 0.5],
  fisherF: [{ m: 5, n: 10 }, 1.25],
  frechet: [{ location: 0, scale: 1, shape: 3 }, 1.3541],
  gamma: [{ shape: 3, scale: 0.5 }, 1.5],
  geometric: [{ p: 0.25 }, 3],
  gumbel: [{ location: 1, scale: 2 }, 1 + 2 * 0.5772],
  hypergeometric: [{ total: 50, successes: 20, draws: 10 }, 4],
  inverseGaussian: [{ mean: 2, shape: 3 }, 2],
  logNormal: [{ mean: 0, stddev: 0.5 }, Math.exp(0.125)],
  normalInverseGaussian: [{ alpha: 2, beta: 1 }, 1 / Math.sqrt(3)],
  pareto: [{ scale: 1, shape: 5 }, 1.25],
  pert: [{ min: 0, max: 4, mode: 1 }, 8 / 6],
  poisson: [{ lambda: 7 }, 7],
  skewNormal: [{ location: 0, scale: 1, shape: 3 }, (3 / Math.sqrt(10)) * Math.sqrt(2 / Math.PI)],
  studentT: [{ df: 10 }, 0],
  triangular: [{ min: 0, max: 4, mode: 2 }, 2],
  unitBall: [{}, 0],
  unitCircle: [{}, 0],
  unitDisc: [{}, 0],
  unitSphere: [{}, 0],
  weibull: [{ scale: 2, shape: 1 }, 2],
  zeta: [{ s: 5 }, 1.0823 / 1.0369],
  zipf: [{ n: 10, s: 1 }, 10 / 2.929],
}

run('every distribution has its mean, in all forms the same values', async (t) => {
  for (const [name, [params, mean]] of Object.entries(CASES) as [Distribution, [never, number?]][]) {
    const options = { seed: 5, path: name }
    const values = sample(name, 30_000, params, options)
    t.true(values.every(Number.isFinite), name)
    if (mean !== undefined) {
      const found = values.reduce((sum, x) => sum + x, 0) / values.length
      t.true(Math.abs(found - mean) < 0.05 * Math.max(1, Math.abs(mean)), `${name}: ${found} for ${mean}`)
    }
    t.deepEqual(new Generator(5, name).sample(name, 30_000, params), values)
    t.deepEqual(await new Generator(5, name).sampleAsync(name, 30_000, params, { threads: 2 }), values)
    t.deepEqual(sample(name, 6, params, { ...options, offset: 12_288 }), values.slice(12_288, 12_294))
    t.deepEqual(await sampleAsync(name, 6, params, { ...options, offset: 30 }), values.slice(30, 36))
  }
})

run('points keep their radius, shares their sum', (t) => {
  const norms = (name: 'unitSphere' | 'unitBall' | 'unitCircle' | 'unitDisc', width: number) => {
    const values = sample(name, 600, {}, { seed: 1 })
    return Array.from({ length: 600 / width }, (_, i) =>
      Math.hypot(...values.subarray(i * width, (i + 1) * width)),
    )
  }
  t.true(norms('unitSphere', 3).every((norm) => Math.abs(norm - 1) < 1e-6))
  t.true(norms('unitCircle', 2).every((norm) => Math.abs(norm - 1) < 1e-6))
  t.true(norms('unitBall', 3).every((norm) => norm <= 1))
  t.true(norms('unitDisc', 2).every((norm) => norm <= 1))
  const shares = sample('dirichlet', 40, { alpha: [1, 2, 3, 4] }, { seed: 1 })
  for (let i = 0; i < 40; i += 4)
    t.true(Math.abs(shares.subarray(i, i + 4).reduce((sum, x) => sum + x, 0) - 1) < 1e-6)
})

run('a sample moves the position by blocks that its draws do not decide', async (t) => {
  const g = new Generator(7)
  g.sample('gamma', 0, { shape: 1, scale: 1 })
  t.is(g.position, 0n)
  g.uniform(1)
  const out = new Float32Array(5)
  t.is(g.sample('gamma', out, { shape: 0.1, scale: 1 }), out)
  t.is(g.position, 4096n + 65_536n)
  const pending = g.sampleAsync('unitSphere', 3, {})
  t.is(g.position, 4096n + 65_536n + 3n * 65_536n)
  await pending
})

run('parameters are refused before anything moves', (t) => {
  const g = new Generator(7)
  const refuse = (code: string, distribution: unknown, out: unknown, params: unknown, options?: object) => {
    const error = t.throws(() => g.sample(distribution as 'gamma', out as number, params as never, options), {
      code,
    })
    return (error as unknown as Error).message
  }
  const invalid = 'ERR_INVALID_ARGUMENT'
  t.regex(refuse(invalid, 'gama', 3, {}), /distribution/)
  t.regex(refuse(invalid, 'gamma', 3, { shape: -1, scale: 1 }), /params.*gamma/)
  t.regex(refuse(invalid, 'gamma', 3, { shape: 1 }), /scale/)
  t.regex(refuse(invalid, 'gamma', 3, { shape: 1, scale: 1, rate: 2 }), /rate/)
  t.regex(refuse(invalid, 'binomial', 3, { n: 1.5, p: 0.5 }), /1\.5/)
  refuse(invalid, 'poisson', 3, { lambda: NaN })
  refuse(invalid, 'dirichlet', 3, { alpha: [1, '2'] })
  refuse(invalid, 'dirichlet', 3, { alpha: 1 })
  refuse(invalid, 'poisson', new Float64Array(3), { lambda: 1 })
  refuse(invalid, 'poisson', -1, { lambda: 1 })
  refuse(invalid, 'poisson', 1, { lambda: 1 }, { seed: 1 })
  refuse('ERR_LENGTH_MISMATCH', 'unitSphere', 4, {})
  refuse('ERR_SHARED_MEMORY', 'poisson', new Float32Array(new SharedArrayBuffer(8)), { lambda: 1 })
  refuse('ERR_NATIVE_UNAVAILABLE', 'poisson', 1, { lambda: 1 }, { engine: 'js' })
  t.is(g.position, 0n)
  t.throws(() => sample('poisson', 1, { lambda: 1 }, { seed: -1 }), { code: 'ERR_INVALID_SEED' })
})

/** Parameters that are refused, and what the refusal says. */
const REFUSED: [distribution: Distribution, params: object, message: string][] = [
  ['beta', { alpha: 0, beta: 1 }, 'params.alpha of beta must be a finite number > 0, got 0'],
  ['beta', { alpha: 1, beta: -2 }, 'params.beta of beta must be a finite number > 0, got -2'],
  ['binomial', { n: 1.5, p: 0.5 }, 'params.n of binomial must be an integer from 0 to 2^53, got 1.5'],
  ['binomial', { n: 2, p: 1.5 }, 'params.p of binomial must be a number from 0 to 1, got 1.5'],
  ['cauchy', { median: 0, scale: 0 }, 'params.scale of cauchy must be a finite number > 0, got 0'],
  ['chiSquared', { df: 0 }, 'params.df of chiSquared must be a finite number > 0 (2^-1073 or more), got 0'],
  ['dirichlet', { alpha: [1] }, 'params.alpha of dirichlet must have at least 2 entries, got 1'],
  ['dirichlet', { alpha: 1 }, 'params.alpha of dirichlet must be an array, got 1'],
  [
    'dirichlet',
    { alpha: [1, -1] },
    'params.alpha[1] of dirichlet must be a finite number > 0 (2^-1022 or more), got -1',
  ],
  ['exponential', { rate: -1 }, 'params.rate of exponential must be a finite number > 0, got -1'],
  ['fisherF', { m: -1, n: 1 }, 'params.m of fisherF must be a finite number > 0 (2^-1073 or more), got -1'],
  [
    'frechet',
    { location: NaN, scale: 1, shape: 1 },
    'params.location of frechet must be a finite number, got NaN',
  ],
  [
    'frechet',
    { location: 0, scale: 1, shape: 0 },
    'params.shape of frechet must be a finite number > 0, got 0',
  ],
  ['gamma', { shape: -1, scale: 2 }, 'params.shape of gamma must be a finite number > 0, got -1'],
  ['gamma', { shape: 1 }, 'params.scale of gamma must be a finite number > 0, got undefined'],
  ['gamma', { shape: 1, scale: '2' }, 'params.scale of gamma must be a finite number > 0, got "2"'],
  ['geometric', { p: 1e-300 }, 'params.p of geometric must be a number from 2^-52 to 1, got 1e-300'],
  ['gumbel', { location: 0, scale: -1 }, 'params.scale of gumbel must be a finite number > 0, got -1'],
  [
    'hypergeometric',
    { total: 50, successes: 60, draws: 10 },
    'params.successes of hypergeometric must be an integer from 0 to total, which is 50, got 60',
  ],
  [
    'hypergeometric',
    { total: 50, successes: 20, draws: 51 },
    'params.draws of hypergeometric must be an integer from 0 to total, which is 50, got 51',
  ],
  [
    'inverseGaussian',
    { mean: 0, shape: 1 },
    'params.mean of inverseGaussian must be a finite number > 0, got 0',
  ],
  ['logNormal', { mean: 0, stddev: -1 }, 'params.stddev of logNormal must be a finite number >= 0, got -1'],
  [
    'normalInverseGaussian',
    { alpha: 1e-7, beta: -2 },
    'params.beta of normalInverseGaussian must be a number between -alpha and alpha, which is 1e-7, got -2',
  ],
  ['pareto', { scale: 1, shape: 0 }, 'params.shape of pareto must be a finite number > 0, got 0'],
  [
    'pert',
    { min: 1, max: 1, mode: 1 },
    'params.max of pert must be a finite number > min, which is 1, got 1',
  ],
  [
    'pert',
    { min: 0, max: 1, mode: 2 },
    'params.mode of pert must be a number from min to max, which are 0 and 1, got 2',
  ],
  ['poisson', { lambda: 0 }, 'params.lambda of poisson must be a number > 0, at most 1.844e+19, got 0'],
  [
    'poisson',
    { lambda: 1e300 },
    'params.lambda of poisson must be a number > 0, at most 1.844e+19, got 1e+300',
  ],
  [
    'skewNormal',
    { location: 0, scale: 0, shape: 1 },
    'params.scale of skewNormal must be a finite number > 0, got 0',
  ],
  ['studentT', { df: -1 }, 'params.df of studentT must be a finite number > 0 (2^-1073 or more), got -1'],
  [
    'triangular',
    { min: 2, max: 1, mode: 1 },
    'params.max of triangular must be a finite number >= min, which is 2, got 1',
  ],
  [
    'triangular',
    { min: 0, max: 1, mode: -1 },
    'params.mode of triangular must be a number from min to max, which are 0 and 1, got -1',
  ],
  ['unitBall', { radius: 2 }, 'params of unitBall has an unknown option "radius": it takes none'],
  ['weibull', { scale: 1, shape: -0 }, 'params.shape of weibull must be a finite number > 0, got -0'],
  ['zeta', { s: 1 }, 'params.s of zeta must be a finite number > 1, got 1'],
  ['zipf', { n: 0, s: 1 }, 'params.n of zipf must be an integer from 1 to 2^53, got 0'],
  ['zipf', { n: 2, s: -1 }, 'params.s of zipf must be a finite number >= 0, got -1'],
]

run('refusals name the parameter, what is allowed and what it was', async (t) => {
  const g = new Generator(7)
  for (const [name, params, message] of REFUSED) {
    const expected = { code: 'ERR_INVALID_ARGUMENT', message }
    t.throws(() => g.sample(name, 6, params as never), expected)
    t.throws(() => sample(name, 6, params as never, { seed: 1 }), expected)
    await t.throwsAsync(g.sampleAsync(name, 6, params as never), expected)
  }
  t.is(g.position, 0n)
})

run('what only the crate can tell is refused in words of ours', (t) => {
  const refuse = (name: Distribution, params: object, message: RegExp) =>
    t.throws(() => sample(name, 6, params as never, { seed: 1 }), { code: 'ERR_INVALID_ARGUMENT', message })
  refuse(
    'pert',
    { min: -1e308, max: 1e308, mode: 0 },
    /^params of pert .* \{ min: -1e\+308, max: 1e\+308, mode: 0 \}/,
  )
  const many = { total: 9e15, successes: 2e8, draws: 2e8 }
  refuse(
    'hypergeometric',
    many,
    /got \{ total: 9000000000000000, successes: 200000000, draws: 200000000 \}: /,
  )
})

/** Parameters whose draws are not numbers: infinities meet on the way. */
const BEYOND: [distribution: Distribution, params: object, shown: string][] = [
  ['fisherF', { m: 1e-3, n: 1e-3 }, '{ m: 0.001, n: 0.001 }'],
  ['inverseGaussian', { mean: 1, shape: 1e-310 }, '{ mean: 1, shape: 1e-310 }'],
  ['normalInverseGaussian', { alpha: 1e-300, beta: 0 }, '{ alpha: 1e-300, beta: 0 }'],
  ['beta', { alpha: 1e308, beta: 1e308 }, '{ alpha: 1e+308, beta: 1e+308 }'],
  ['triangular', { min: -1e308, max: 1e308, mode: 0 }, '{ min: -1e+308, max: 1e+308, mode: 0 }'],
]

run('NaN never leaves a sample', async (t) => {
  for (const [name, params, shown] of BEYOND) {
    const message = `params of ${name} must not lead beyond the numbers that f64 has, got ${shown}`
    const expected = { code: 'ERR_INVALID_ARGUMENT', message, instanceOf: RangeError }
    const g = new Generator(7)
    const out = new Float32Array(3000).fill(5)
    t.throws(() => g.sample(name, 3000, params as never), expected, name)
    t.throws(() => g.sample(name, out, params as never, { threads: 2 }), expected)
    t.is(g.position, 0n)
    await t.throwsAsync(g.sampleAsync(name, 3000, params as never), expected)
    await t.throwsAsync(g.sampleAsync(name, out, params as never, { threads: 1 }), expected)
    t.throws(() => sample(name, out, params as never, { seed: 7, offset: 1000 }), expected)
    await t.throwsAsync(sampleAsync(name, out, params as never, { seed: 7, offset: 1000 }), expected)
    t.true(
      out.every((x) => x === 5),
      name,
    )
  }
})

run('a range without NaN is given whatever the rest of its draws are', (t) => {
  const params = { m: 1e-3, n: 1e-3 }
  const each = Array.from({ length: 40 }, (_, offset) => {
    try {
      return sample('fisherF', 1, params, { seed: 7, offset })[0]
    } catch {
      return NaN
    }
  })
  t.true(each.some(Number.isNaN) && each.some((x) => x !== undefined && x >= 0))
})
