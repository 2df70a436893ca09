/**
 * `npm run bench -- orthogonal [case...] [--python PATH]`: orthogonal matrices of many shapes on 1 and 2 threads, ten thousand
 * small ones, and the TypeScript engine beside a loop written by hand; all beside torch's orthogonal_, where a Python has
 * it. Cases are named by the beginning of their names.
 */
import { parseArgs } from 'node:util'
import { type EngineName, orthogonal, systemInfo } from '../../dist/index.js'
import { orthogonalMatrix } from '../../src/cli/bench/handwritten-linear.js'
import { inTurns, least, type Work } from './lib/measure.js'
import { besidePeers } from './lib/peers.js'
import { printLegend, printMachine, printTimes } from './lib/print.js'

/** Rows and columns of one matrix, or how many, rows and columns. */
const SHAPES = [
  [64, 64],
  [10_000, 64, 64],
  [256, 256],
  [512, 512],
  [1024, 1024],
  [2048, 2048],
  [1152, 128],
  [4096, 1024],
]

/** Sides of the matrices that the TypeScript engine makes. */
const SIDES = [256, 512]

const BATCH = { inAxes: [1], outAxes: [2], batchAxes: [0] }

const nameOf = (shape: readonly number[]) =>
  `${shape.length > 2 ? '10000 of ' : ''}${shape.slice(-2).join(' x ')}`

function ours(shape: readonly number[], work: { threads?: number; engine?: EngineName }): Work {
  const initializer = orthogonal({ seed: 7 })
  const out = new Float32Array(shape.reduce((product, size) => product * size))
  const options = shape.length > 2 ? { layout: BATCH, ...work } : work
  return () => initializer.fill(out, shape, options)
}

const show = (time: number) => (time < 1 ? `${(time * 1000).toFixed(1)} us` : `${time.toFixed(2)} ms`)

const { values, positionals } = parseArgs({ allowPositionals: true, options: { python: { type: 'string' } } })
const isWanted = (name: string) =>
  positionals.length === 0 || positionals.some((start) => name.startsWith(start))

printMachine(systemInfo())
for (const threads of [1, 2]) {
  await besidePeers(values.python, 'linalg', threads, async (ask) => {
    for (const shape of SHAPES) {
      const name = nameOf(shape)
      if (!isWanted(name)) continue
      const symbreak = ours(shape, { threads })
      const round = async () => ({ ...(await inTurns({ symbreak }, 1)), ...(await ask(name)) })
      printTimes(`${name}, ${threads} threads`, await least(3, round), show)
    }
  })
}
for (const side of SIDES) {
  const name = `js ${side} x ${side}`
  if (!isWanted(name)) continue
  const works = { js: ours([side, side], { engine: 'js' }), 'by hand': () => orthogonalMatrix(side) }
  printTimes(name, await inTurns(works), show)
}
printLegend()
