/**
 * `npm run bench -- create [--python PATH]`: heNormal([4096, 4096]) in an array that is there, beside the kernel's own rate (that
 * of the same law, a normal cut at two sigma, in an array that fits the second-level cache, times the threads) and torch's
 * kaiming_normal_, where a Python has it; and in a new array, beside one that is filled with ones.
 */
import { parseArgs } from 'node:util'
import { Generator, heNormal, systemInfo } from '../../dist/index.js'
import { inTurns, least } from './lib/measure.js'
import { besidePeers } from './lib/peers.js'
import { printLegend, printMachine, printTimes } from './lib/print.js'

const SHAPE = [4096, 4096]
const LENGTH = 4096 * 4096

/** Values of an array of 256 KiB. */
const CACHED = 1 << 16

const initializer = heNormal({ seed: 7 })
const generator = new Generator(7)
const out = new Float32Array(LENGTH)
const cached = new Float32Array(CACHED)
const cut = { lower: -2, upper: 2, bounds: 'sigma', threads: 1 } as const
const show = (time: number) => `${(LENGTH / time / 1e6).toFixed(3)} G/s`

/** As many values as the matrix has. */
function kernel(): void {
  for (let done = 0; done < LENGTH; done += CACHED) generator.truncatedNormal(cached, cut)
}

function filled(threads: number, python: string | undefined): Promise<void> {
  return besidePeers(python, 'samplers', threads, async (ask) => {
    const times = await least(3, async () => {
      const ours = await inTurns({ fill: () => initializer.fill(out, SHAPE, { threads }), kernel }, 1)
      const theirs = await ask(`heNormal f32 of ${LENGTH}`, LENGTH)
      return { fill: ours.fill, [`${threads} x kernel`]: ours.kernel / threads, ...theirs }
    })
    printTimes(`fill, ${threads} threads`, times, show)
  })
}

async function created(threads: number): Promise<void> {
  const create = () => initializer.create(SHAPE, { threads })
  const constant = () => new Float32Array(LENGTH).fill(1)
  const effort = { milliseconds: 300, collects: true }
  printTimes(
    `create, ${threads} threads`,
    await inTurns({ create, 'new and fill(1)': constant }, 3, effort),
    show,
  )
}

const { python } = parseArgs({ options: { python: { type: 'string' } } }).values
printMachine(systemInfo())
for (const threads of [1, 2]) {
  await filled(threads, python)
  await created(threads)
}
printLegend()
