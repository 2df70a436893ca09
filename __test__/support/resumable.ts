/**
 * Trains the toy network with a checkpoint every few batches, and writes its final weights and history:
 * `resumable <backup> <out>`. Says `ready` when training begins.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { adam, backupAndRestore, dense, earlyStopping, Network, reduceLROnPlateau } from 'symbreak'
import { bits, config, x, y } from './toy.js'

const [backup, out] = process.argv.slice(2) as [string, string]
const network = new Network({ ...config, layers: [dense(64, { activation: 'tanh' }), dense(2)] })
process.stdout.write('ready')
const history = await network.fit(x, y, {
  epochs: 60,
  batchSize: 8,
  optimizer: adam({ learningRate: 0.003, accumulate: 2 }),
  validationSplit: 0.2,
  callbacks: [
    earlyStopping({ patience: 100, restoreBestWeights: true }),
    reduceLROnPlateau({ patience: 2, factor: 0.8 }),
    backupAndRestore({ path: backup, everyBatches: 7 }),
  ],
})
writeFileSync(`${out}.tmp`, JSON.stringify({ history, weights: bits(network) }))
renameSync(`${out}.tmp`, out)
