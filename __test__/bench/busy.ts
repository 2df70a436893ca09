/**
 * `npm run bench -- busy`: training on the default number of threads beside one thread, on an idle machine and while
 * another process keeps a core busy. There the ratio must not fall below 0.9: the team gives way.
 */
import { spawn } from 'node:child_process'
import { setTimeout } from 'node:timers/promises'
import { dense, Network, sgd, uniform } from '../../src/index.js'

const ROWS = 12_800
const INPUTS = 784
const x = uniform(ROWS * INPUTS, { seed: 1 })
const y = Uint8Array.from({ length: ROWS }, (_, row) => row % 10)
const layers = [dense(256, { activation: 'relu' }), dense(128, { activation: 'relu' }), dense(10)]

/** Thousands of rows a second, the best of four runs. */
async function rate(batchSize: number, threads?: number): Promise<number> {
  const network = new Network({ inputs: INPUTS, layers, loss: 'softmaxCrossEntropy', seed: 7 })
  const fit = { epochs: 4, batchSize, threads, optimizer: sgd({ learningRate: 0.01 }) }
  let best = 0
  for (let run = 0; run < 4; run++) {
    const start = performance.now()
    await network.fit(x, y, fit)
    best = Math.max(best, (ROWS * fit.epochs) / (performance.now() - start))
  }
  return best
}

async function compare(machine: string): Promise<void> {
  for (const batchSize of [8, 32, 128]) {
    const [one, all] = [await rate(batchSize, 1), await rate(batchSize)]
    const columns = [
      `1 thread ${one.toFixed(1)} k/s`,
      `default ${all.toFixed(1)} k/s`,
      (all / one).toFixed(2),
    ]
    console.log(`${machine}, batch ${batchSize}: ${columns.join(', ')}`)
  }
}

await compare('idle')
const neighbour = spawn(process.execPath, ['--eval', 'for (;;);'], { stdio: 'ignore' })
try {
  // Until it is at full speed.
  await setTimeout(500)
  await compare('a core busy')
} finally {
  neighbour.kill('SIGKILL')
}
