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
