/**
 * `npm run bench -- small [law...] [--all]`: arrays of 1 to 4096 values by engine 'auto' beside the faster of the two
 * engines: powers of two and their neighbours and some more, or every length. Prints the worst ratio of each law, and fails
 * where one stays above 1.3.
 */
import { parseArgs } from 'node:util'
import { type EngineName, Generator, systemInfo } from '../../dist/index.js'
import { inTurns } from './lib/measure.js'
import { printMachine, printRow } from './lib/print.js'

/** What engine 'auto' may take, in times of the faster engine. */
const MOST = 1.3

/** Above this ratio a length is measured again, in as many turns as a noisy machine needs, before it counts. */
const SUSPICIOUS = 1.1

/** Rounds and milliseconds of both measurements. */
const QUICK = [2, 4] as const
const THOROUGH = [40, 3] as const

const generator = new Generator(7)
const cut = { lower: -2, upper: 2, bounds: 'sigma' } as const

/** Fills an array on an engine. */
type Fill = (length: number, engine: EngineName) => () => unknown

const floats = (fill: (out: Float32Array, engine: EngineName) => unknown): Fill => {
  return (length, engine) => {
    const out = new Float32Array(length)
    return () => fill(out, engine)
  }
}
const doubles = (fill: (out: Float64Array, engine: EngineName) => unknown): Fill => {
  return (length, engine) => {
    const out = new Float64Array(length)
    return () => fill(out, engine)
  }
}

const LAWS: Record<string, Fill> = {
  uniform: floats((out, engine) => generator.uniform(out, { engine })),
  normal: floats((out, engine) => generator.normal(out, { engine })),
  truncatedNormal: floats((out, engine) => generator.truncatedNormal(out, { ...cut, engine })),
  'uniform f64': doubles((out, engine) => generator.uniform(out, { engine })),
  'normal f64': doubles((out, engine) => generator.normal(out, { engine })),
  'truncatedNormal f64': doubles((out, engine) => generator.truncatedNormal(out, { ...cut, engine })),
  bernoulli: (length, engine) => {
    const out = new Uint8Array(length)
    return () => generator.bernoulli(out, { p: 0.3, engine })
  },
  integers: (length, engine) => {
    const out = new Int32Array(length)
    return () => generator.integers(out, { low: 0, high: 10, engine })
  },
}

/** Time of 'auto' over that of the faster engine. */
async function ratioAt(
  fill: Fill,
  length: number,
  [rounds, milliseconds]: readonly [number, number],
): Promise<number> {
  const works = { auto: fill(length, 'auto'), native: fill(length, 'native'), js: fill(length, 'js') }
  const { auto, native, js } = await inTurns(works, rounds, { milliseconds })
  return auto / Math.min(native, js)
}

/** Every length, or those where something may change. */
function lengths(all: boolean): number[] {
  const every = Array.from({ length: 4096 }, (_, i) => i + 1)
  if (all) return every
  const isNearPower = (n: number) => [n - 1, n, n + 1].some((m) => m > 0 && (m & (m - 1)) === 0)
  return every.filter((n) => n <= 12 || isNearPower(n) || n % 251 === 0)
}

async function worst(fill: Fill, all: boolean): Promise<[ratio: number, length: number]> {
  let found: [number, number] = [0, 0]
  for (const length of lengths(all)) {
    const quick = await ratioAt(fill, length, QUICK)
    const ratio = quick > SUSPICIOUS ? Math.min(quick, await ratioAt(fill, length, THOROUGH)) : quick
    if (ratio > found[0]) found = [ratio, length]
  }
  return found
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { all: { type: 'boolean' } } })
printMachine(systemInfo())
for (const [law, fill] of Object.entries(LAWS)) {
  if (positionals.length > 0 && !positionals.includes(law)) continue
  const [ratio, length] = await worst(fill, values.all ?? false)
  printRow(law, { 'worst auto / faster engine': ratio.toFixed(2), 'at length': String(length) })
  if (ratio > MOST) process.exitCode = 1
}
