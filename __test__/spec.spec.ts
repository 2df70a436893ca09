/**
 * crates/SPEC.md is complete: a reader written from it alone makes the worked examples, the golden digests and the bits
 * of both engines.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { Generator, normal, permutation, systemInfo, truncatedNormal, uniform } from 'symbreak'
import { grid } from './engine/golden.js'
import * as reader from './engine/spec/index.mjs'

const page = readFileSync(new URL('../crates/SPEC.md', import.meta.url), 'utf8')

/** Rows `| A | 1 2 3 |` of the page's table. */
const coefficients = Object.fromEntries(
  [...page.matchAll(/^\| ([A-F]) \| ([-\d. e]+) \|$/gm)].map(([, name, row]) => [
    name as string,
    (row as string).split(' ').map(Number),
  ]),
) as unknown as reader.Coefficients

/** Bit patterns on the page after `start`, up to the next full stop. */
function patterns(start: string, digits: 8 | 16): string[] {
  const at = page.indexOf(start)
  const end = page.indexOf('.\n', at + start.length)
  return page.slice(at + start.length, end).match(new RegExp(`\\b[0-9a-f]{${digits}}\\b`, 'g')) ?? []
}

const hex32 = (x: number) => reader.bits32(x).toString(16).padStart(8, '0')
const hex64 = (x: number) => reader.bits64(x).toString(16).padStart(16, '0')
const source = reader.source(7, '')
const standard = { mean: 0, stddev: 1, bounds: 'sigma' } as const

test('the page holds the coefficients of the quantile in f64', (t) => {
  t.deepEqual(Object.keys(coefficients), [...'ABCDEF'])
  t.true(Object.values(coefficients).every((row) => row.length === 8 && row.every(Number.isFinite)))
})

test('the worked examples are what the page says', (t) => {
  const places = [0, 1, 16, 17]
  const words = places.map((i) => source.word(i).toString(16))
  t.deepEqual(words, patterns('words 0, 1, 16, 17 are', 8))
  const uniforms = [reader.uniform(source, 0, 1), reader.uniform(source, -0.05, 0.05)]
  const made = uniforms.flatMap((element) => [0, 1].map((i) => hex32(element(i))))
  t.deepEqual(made, patterns('Words above, [0, 1):', 8))
  const normals = places.map(reader.normal(source, 0, 1)).map(hex32)
  t.deepEqual(normals, patterns('Words above, mean 0, stddev 1: elements', 8))
  const cuts = [
    [-2, 2],
    [8, 9],
    [-5e-5, 5e-5],
    [-3, 3],
    [-3, -2.5],
  ] as const
  const values = cuts.flatMap(([lower, upper]) =>
    places.map(reader.truncated(source, { ...standard, lower, upper })).map(hex32),
  )
  t.deepEqual(values, patterns('Words above, mean 0, stddev 1, elements 0, 1, 16, 17:', 8))
  const doubles = [
    reader.uniform64(source, 0, 1),
    reader.normal64(source, 0, 1),
    reader.truncated64(source, { ...standard, lower: -2, upper: 2 }, coefficients),
  ]
  const draws = doubles.flatMap((element) => [0, 1, 16].map((i) => hex64(element(i))))
  t.deepEqual(draws, patterns('Draws 0, 1, 16 of seed 7:', 16))
})

/** The reader's tensor of a line of the golden grid, as bytes; undefined for laws that are not samplers alone. */
function tensor(line: ReturnType<typeof grid>[number]): Uint8Array | undefined {
  const { class_name: name, config } = line.init as { class_name: string; config: Record<string, number> }
  const draws = reader.source(BigInt(line.seed), line.path)
  const length = line.shape.reduce((product, n) => product * n, 1)
  const fill = (out: Float32Array | Float64Array | Uint16Array, element: reader.Element) => {
    for (let i = 0; i < length; i++) out[i] = element(i)
    return new Uint8Array(out.buffer)
  }
  const { dtype } = line
  const number = (key: string) => config[key] as number
  const make = (
    single: reader.Element,
    double: reader.Element,
    interval: readonly [low?: number, high?: number, closed?: boolean] = [],
  ) => {
    if (dtype === 'F64') return fill(new Float64Array(length), double)
    if (dtype === undefined) return fill(new Float32Array(length), single)
    const round = reader.half(dtype, ...interval)
    return fill(new Uint16Array(length), (i) => round(single(i)))
  }
  if (name === 'RandomUniform') {
    const [low, high] = [number('minval'), number('maxval')]
    const laws = [reader.uniform(draws, low, high), reader.uniform64(draws, low, high)] as const
    return make(...laws, [low, high, false])
  }
  const [mean, stddev] = [number('mean'), number('stddev')]
  if (name === 'RandomNormal') {
    return make(reader.normal(draws, mean, stddev), reader.normal64(draws, mean, stddev))
  }
  if (name !== 'TruncatedNormal') return undefined
  const cut = { mean, stddev, lower: -2, upper: 2, bounds: 'sigma' } as const
  const laws = [reader.truncated(draws, cut), reader.truncated64(draws, cut, coefficients)] as const
  return make(...laws, [mean - 2 * stddev, mean + 2 * stddev])
}

test('the reader gives the golden digests', (t) => {
  const golden = JSON.parse(readFileSync(new URL('engine/golden.json', import.meta.url), 'utf8')) as string[]
  let compared = 0
  for (const [i, line] of grid().entries()) {
    const bytes = tensor(line)
    if (bytes === undefined) continue
    compared++
    t.is(createHash('sha256').update(bytes).digest('hex'), golden[i] as string, JSON.stringify(line))
  }
  t.is(compared, 35)
})

const engines = systemInfo().nativeError === undefined ? (['js', 'native'] as const) : (['js'] as const)

/** Compares both engines' arrays with the reader's elements, as bits. */
function agree(
  t: ExecutionContext,
  make: (engine: 'js' | 'native') => Float32Array | Float64Array,
  element: reader.Element,
  what: unknown,
): void {
  for (const engine of engines) {
    const values = make(engine)
    const wrong = values.findIndex((value, i) => !Object.is(value, element(i)))
    t.is(wrong, -1, `${engine} ${JSON.stringify(what)}`)
  }
}

const seed = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })
const path = fc.constantFrom('', 'w', 'encoder.0.weight', '層')
const LENGTH = 40

test('any uniform law is what the page says', (t) => {
  const bound = fc.double({ min: -1e6, max: 1e6, noNaN: true })
  fc.assert(
    fc.property(seed, path, bound, bound, (key, name, x, y) => {
      const [low, high] = [Math.min(x, y), Math.max(x, y)]
      const draws = reader.source(key, name)
      const options = { seed: key, path: name, low, high }
      agree(
        t,
        (engine) => uniform(LENGTH, { ...options, engine }),
        reader.uniform(draws, low, high),
        options.low,
      )
      const double = reader.uniform64(draws, low + 0, high + 0)
      agree(t, (engine) => uniform(LENGTH, { ...options, engine, dtype: 'F64' }), double, options.low)
    }),
    { numRuns: 60, seed: 1 },
  )
})

test('any normal law is what the page says', (t) => {
  const mean = fc.double({ min: -1e3, max: 1e3, noNaN: true })
  const stddev = fc.double({ min: 0, max: 1e3, noNaN: true })
  fc.assert(
    fc.property(seed, path, mean, stddev, (key, name, m, s) => {
      const draws = reader.source(key, name)
      const options = { seed: key, path: name, mean: m, stddev: s }
      agree(t, (engine) => normal(LENGTH, { ...options, engine }), reader.normal(draws, m, s), [m, s])
      const double = reader.normal64(draws, m + 0, s)
      agree(t, (engine) => normal(LENGTH, { ...options, engine, dtype: 'F64' }), double, [m, s])
    }),
    { numRuns: 60, seed: 2 },
  )
})

test('any cut of a normal law is what the page says', (t) => {
  const near = fc.double({ min: -4, max: 4, noNaN: true })
  const far = fc.double({ min: -37, max: 37, noNaN: true })
  const width = fc.oneof(
    fc.double({ min: 1e-3, max: 6, noNaN: true }),
    fc.double({ min: 1e-5, max: 0.02, noNaN: true }),
    fc.constant(Infinity),
  )
  const scale = fc.constantFrom([0, 1], [0, 0.02], [0.3, 0.05], [-5, 2])
  fc.assert(
    fc.property(
      seed,
      path,
      fc.oneof(near, far),
      width,
      scale,
      fc.boolean(),
      (key, name, a, w, [m, s], flip) => {
        const [mean, stddev] = [m as number, s as number]
        const [lower, upper] = flip ? [-a - w, -a] : [a, a + w]
        const draws = reader.source(key, name)
        const cut = { mean, stddev, lower, upper, bounds: 'sigma' } as const
        const options = { seed: key, path: name, ...cut }
        agree(
          t,
          (engine) => truncatedNormal(LENGTH, { ...options, engine }),
          reader.truncated(draws, cut),
          cut,
        )
        const double = reader.truncated64(draws, cut, coefficients)
        agree(t, (engine) => truncatedNormal(LENGTH, { ...options, engine, dtype: 'F64' }), double, cut)
      },
    ),
    { numRuns: 300, seed: 3 },
  )
})

test('absolute bounds are what the page says', (t) => {
  for (const [mean, stddev, lower, upper] of [
    [0, 1e-3, -2, 2],
    [0, 0.02, -0.04, 0.04],
    [100, 7, 90, 130],
    [1, 0.5, 1, Infinity],
    [-5, 2, -5.001, -5],
  ] as const) {
    const cut = { mean, stddev, lower, upper, bounds: 'absolute' } as const
    const element = reader.truncated(source, cut)
    agree(t, (engine) => truncatedNormal(2000, { seed: 7, ...cut, engine }), element, cut)
  }
})

test('trials, integers and permutations are what the page says', (t) => {
  const generator = () => new Generator(7, '')
  const p = 0.3
  t.deepEqual(
    [...generator().bernoulli(500, { p })],
    Array.from({ length: 500 }, (_, i) => reader.bernoulli(source, p)(i)),
  )
  const range = reader.integers(source, -10, 1000)
  t.deepEqual(
    [...generator().integers(500, { low: -10, high: 1000 })],
    Array.from({ length: 500 }, (_, i) => range(i)),
  )
  t.deepEqual([...permutation(300, { seed: 7 })], reader.permutation(source, 300))
})
