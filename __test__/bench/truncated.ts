/**
 * `npm run bench -- truncated`: normals cut to intervals of every kind by the TypeScript engine, beside the native one on one
 * thread and the loops that one writes by hand; then the set-up of a law, as one value of a law that is new each time.
 */
import { systemInfo, truncatedNormal } from '../../dist/index.js'
import { fillTruncated } from '../../src/cli/bench/handwritten.js'
import { fillTail } from './lib/handwritten-tail.js'
import { inTurns, type Work } from './lib/measure.js'
import { printLegend, printMachine, printTimes } from './lib/print.js'

/** 256 KiB of f32. */
const out = new Float32Array(1 << 16)

/** Intervals in sigma, and how one draws from them by hand. */
const CUTS: Record<string, [lower: number, upper: number, byHand?: Work]> = {
  '[-2, 2]': [-2, 2, () => fillTruncated(out)],
  '[-5e-5, 5e-5], narrow': [-5e-5, 5e-5],
  '[-1, Infinity), one-sided': [-1, Infinity],
  '[-4, 4], wide': [-4, 4, () => fillTruncated(out, 1, 4)],
  '[-2000, 2000], wide': [-2000, 2000, () => fillTruncated(out, 1, 2000)],
  '[3, 4], tail': [3, 4, () => fillTail(out, 3, 4)],
  '[8, 9], far tail': [8, 9, () => fillTail(out, 8, 9)],
}

const ENGINES = ['js', 'native'] as const

const rate = (time: number) => `${(out.length / time / 1000).toFixed(1)} M/s`

async function values(name: string): Promise<void> {
  const [lower, upper, byHand] = CUTS[name] as (typeof CUTS)[string]
  const draw = (engine: (typeof ENGINES)[number]) => () =>
    truncatedNormal(out, { seed: 7, lower, upper, bounds: 'sigma', engine, threads: 1 })
  const native = draw('native')
  const works: Record<string, Work> = { js: draw('js'), ...(byHand && { 'by hand': byHand }), native }
  printTimes(name, await inTurns(works), rate)
}

async function setUp(name: string): Promise<void> {
  const [lower, upper] = CUTS[name] as (typeof CUTS)[string]
  const one = out.subarray(0, 1)
  let stddev = 1
  const draw = (engine: (typeof ENGINES)[number]) => () => {
    stddev += 1e-6
    truncatedNormal(one, { seed: 7, stddev, lower, upper: upper + stddev / 1e6, bounds: 'sigma', engine })
  }
  const works = { js: draw('js'), native: draw('native') }
  printTimes(`set-up of ${name}`, await inTurns(works), (time) => `${(time * 1000).toFixed(2)} us`)
}

printMachine(systemInfo())
for (const name of Object.keys(CUTS)) await values(name)
for (const name of Object.keys(CUTS)) await setUp(name)
printLegend()
