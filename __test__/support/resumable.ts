/** Trains the toy network with a checkpoint every few batches, and writes its final weights: `resumable <backup> <out>`. */
import { renameSync, writeFileSync } from 'node:fs'
import { backupAndRestore, dense, Network, sgd } from 'symbreak'
import { bits, config, x, y } from './toy.js'

const [backup, out] = process.argv.slice(2) as [string, string]
const network = new Network({ ...config, layers: [dense(64, { activation: 'tanh' }), dense(2)] })
await network.fit(x, y, {
  epochs: 60,
  batchSize: 8,
  optimizer: sgd({ learningRate: 0.05, momentum: 0.9 }),
  callbacks: [backupAndRestore({ path: backup, everyBatches: 10 })],
})
writeFileSync(`${out}.tmp`, JSON.stringify(bits(network)))
renameSync(`${out}.tmp`, out)
