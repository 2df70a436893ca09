import type { Command } from 'commander'
import { dense, Network, sgd, type Callback } from '../../index.js'
import { addModelOptions, layersOf, lossOf, type ModelOptions } from '../model.js'
import { interruptible } from '../exit.js'
import { note, print, printJson } from '../output.js'
import { readTable, split } from '../data.js'
import { meter } from '../progress.js'
import { seed } from '../options.js'
import { parseInitializer } from '../initializers.js'

interface TrainOptions extends ModelOptions {
  initializer: string
  seed: bigint
  save?: string
  json?: boolean
}

/** `symbreak train`: one network on a CSV file. */
export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train a dense network on a CSV file with a header row')
    .argument('<data>', 'CSV file: numbers below a row of names')
    .option('--initializer <init>', 'start of the kernels: a name, or name(parameters)', 'glorotUniform')
    .option('--seed <n>', 'of the initial weights and the order of rows', seed, 0n)
    .option('--save <file>', 'write the trained network as safetensors')
    .option('--json', 'print one JSON line an epoch and one result')
  addModelOptions(command).action((path: string, options: TrainOptions) => train(path, options))
}

async function train(path: string, options: TrainOptions): Promise<void> {
  const data = split(await readTable(path, options.label), options)
  const kernelInitializer = parseInitializer(options.initializer)
  const net = new Network({
    inputs: data.inputs,
    layers: layersOf(data, options).map((layer) => dense(layer.units, { ...layer.options, kernelInitializer })),
    loss: lossOf(data),
    seed: options.seed,
  })
  const bar = meter(false)
  const line: Callback = { onEpochEnd: (epoch, logs) => print(JSON.stringify({ epoch, ...logs })) }
  const started = performance.now()
  try {
    await interruptible((signal) =>
      net.fit(data.x, data.y, {
        epochs: options.epochs,
        batchSize: options.batchSize,
        optimizer: sgd({ learningRate: options.learningRate, momentum: options.momentum }),
        ...(data.xTest && data.yTest && { validationData: [data.xTest, data.yTest] as const }),
        ...(options.threads !== undefined && { threads: options.threads }),
        ...(options.json && { callbacks: [line] }),
        signal,
        onProgress: bar.report,
      }),
    )
  } finally {
    bar.stop()
  }
  const result = await net.evaluate(data.xTest ?? data.x, data.yTest ?? data.y)
  if (options.save !== undefined) await net.save(options.save)
  if (options.json) return printJson({ ...result, seed: net.seed, elapsedMs: performance.now() - started })
  const on = data.xTest === undefined ? 'the training rows' : 'the test rows'
  const parts = Object.entries(result).map(([metric, value]) => `${metric} ${(value as number).toFixed(4)}`)
  print(`${parts.join(', ')} on ${on} after ${options.epochs} epochs`)
  if (options.save !== undefined) note(`wrote ${options.save}`)
}
