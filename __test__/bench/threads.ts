/**
 * `npm run bench -- threads [law...]`: the default number of threads beside one thread, in arrays of 1 to 2^26 values by powers
 * of two. Prints where the default is the slowest, and where it is the fastest.
 */
import { parseArgs } from 'node:util'
import { Generator, systemInfo } from '../../dist/index.js'
import { inTurns } from './lib/measure.js'
import { printMachine, printRow } from './lib/print.js'

const LARGEST = 26

/** Above this ratio a size is measured again, in so many rounds, before it counts. */
const SUSPICIOUS = 1.05
const [QUICK, THOROUGH] = [4, 20]

const generator = new Generator(7)
const cut = { lower: -2, upper: 2, bounds: 'sigma' } as const
const memory = new Float32Array(1 << LARGEST)

type Fill = (out: Float32Array, threads?: number) => unknown

const LAWS: Record<string, Fill> = {
  uniform: (out, threads) => generator.uniform(out, { threads }),
  normal: (out, threads) => generator.normal(out, { threads }),
  truncated: (out, threads) => generator.truncatedNormal(out, { ...cut, threads }),
}

/** Time on the default number of threads over that on one. */
async function ratioAt(fill: Fill, power: number, rounds: number): Promise<number> {
  const out = memory.subarray(0, 1 << power)
  const works = { default: () => fill(out), one: () => fill(out, 1) }
  const times = await inTurns(works, rounds, { milliseconds: 8 })
  return times.default / times.one
}

async function measure(law: string, fill: Fill): Promise<void> {
  const ratios: [ratio: number, power: number][] = []
  for (let power = 0; power <= LARGEST; power++) {
    const quick = await ratioAt(fill, power, QUICK)
    ratios.push([quick > SUSPICIOUS ? Math.min(quick, await ratioAt(fill, power, THOROUGH)) : quick, power])
  }
  ratios.sort(([a], [b]) => b - a)
  const show = ([ratio, power] = [NaN, NaN]) => `${ratio.toFixed(2)} at 2^${power}`
  printRow(law, { 'default / 1 thread, worst': show(ratios[0]), best: show(ratios.at(-1)) })
}

const { positionals } = parseArgs({ allowPositionals: true })
printMachine(systemInfo())
for (const [law, fill] of Object.entries(LAWS)) {
  if (positionals.length === 0 || positionals.includes(law)) await measure(law, fill)
}
