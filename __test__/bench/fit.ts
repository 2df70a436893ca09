/**
 * `npm run bench -- fit [case...] [--python PATH]`: whole calls of `fit` by batch size, for a network of 784-256-128-10 on 1 and
 * 2 threads, a tiny one and a logistic model; beside torch, jax and scikit-learn, where a Python has them. Cases are named
 * by the beginning of their names.
 */
import { parseArgs } from 'node:util'
import { LinearModel, systemInfo } from '../../dist/index.js'
import { fastest, least, type Work } from './lib/measure.js'
import { type Ask, besidePeers } from './lib/peers.js'
import { printLegend, printMachine, printTimes } from './lib/print.js'
import { IMAGES, noisyRows, optimizer, ROWS, training } from './lib/training.js'

interface Case {
  readonly name: string
  readonly epochs: number
  readonly threads: readonly number[]
  /** A run of all epochs. */
  readonly prepare: (threads: number) => Work
  /** How the time of a row is told. */
  readonly show: (time: number) => string
}

const rate = (time: number) => `${(1 / time).toFixed(1)} k rows/s`

function images(batchSize: number): Case {
  const epochs = batchSize === 1 ? 1 : 4
  const prepare = (threads: number) => training(IMAGES, { epochs, batchSize, threads })
  return { name: `batch ${batchSize}`, epochs, threads: [1, 2], prepare, show: rate }
}

const tiny: Case = {
  name: 'tiny',
  epochs: 100,
  threads: [1],
  prepare: (threads) => training([4, 16, 3], { epochs: 100, batchSize: 16, threads }),
  show: (time) => `${(16 * 1000 * time).toFixed(2)} us/step`,
}

function logistic(batchSize: number): Case {
  const epochs = 20
  const prepare = (threads: number) => {
    const model = new LinearModel({ inputs: 784, kind: 'logistic', seed: 7 })
    const [x, y] = noisyRows(784, 2)
    return () => model.fit(x, y, { epochs, batchSize, threads, optimizer })
  }
  return { name: `logistic ${batchSize}`, epochs, threads: [1], prepare, show: rate }
}

const CASES = [...[1, 8, 32, 128, 512].map(images), tiny, ...[1, 64].map(logistic)]

async function measure({ name, epochs, prepare, show }: Case, threads: number, ask: Ask): Promise<void> {
  const work = prepare(threads)
  const times = await least(2, async () => ({
    symbreak: (await fastest(work, { milliseconds: 300 })) / (epochs * ROWS),
    ...(await ask(name)),
  }))
  printTimes(`${name}, ${threads} threads`, times, show)
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { python: { type: 'string' } } })
const wanted = CASES.filter(
  ({ name }) => positionals.length === 0 || positionals.some((start) => name.startsWith(start)),
)
printMachine(systemInfo())
for (const threads of [1, 2]) {
  await besidePeers(values.python, 'training', threads, async (ask) => {
    for (const each of wanted) if (each.threads.includes(threads)) await measure(each, threads, ask)
  })
}
printLegend()
