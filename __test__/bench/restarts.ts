/**
 * `npm run bench -- restarts [--count N]`: 1,000 (or N) restarts of a 64-32-10 network on the digits, 5 epochs each. Says what
 * 1,000 take.
 */
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readSplit } from '../../src/cli/data.js'
import { dense, restarts, sgd, systemInfo } from '../../src/index.js'
import { printMachine, printRow } from './lib/print.js'

const { values } = parseArgs({ options: { count: { type: 'string', default: '1000' } } })
const count = Number(values.count)
const digits = fileURLToPath(new URL('../data/digits.csv', import.meta.url))
const { rows, inputs, classes } = await readSplit(digits, { scale: 16, test: 0.2 })
const layers = [dense(32, { activation: 'relu', kernelInitializer: 'heNormal' }), dense(classes)]
const fit = { epochs: 5, batchSize: 32, optimizer: sgd({ learningRate: 0.1 }) }

printMachine(systemInfo())
const start = performance.now()
const { summary } = await restarts({ inputs, layers, loss: 'softmaxCrossEntropy' }, rows, {
  seeds: count,
  fit,
})
const seconds = (performance.now() - start) / 1000
printRow(`${count} restarts`, {
  seconds: seconds.toFixed(2),
  '1,000 take': `${((1000 * seconds) / count).toFixed(1)} s`,
  'mean accuracy': (summary['accuracy']?.mean ?? NaN).toFixed(4),
})
