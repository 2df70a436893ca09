import type { Command } from 'commander'
import { compareInitializers, sgd, systemInfo } from '../../index.js'
import { addModelOptions, layersOf, lossOf, type ModelOptions } from '../model.js'
import { interruptible } from '../exit.js'
import { formatSeconds, note, printJson } from '../output.js'
import { readTable, split } from '../data.js'
import { meter } from '../progress.js'
import { list, wholeNumber } from '../options.js'
import { parseInitializer } from '../initializers.js'
import { printComparison } from './report.js'

interface CompareOptions extends ModelOptions {
  initializers: string[]
  seeds: number
  parallel?: number
  json?: boolean
}

/** `symbreak compare`: the same network from several starts, each over the same seeds. */
export function addCompare(program: Command): void {
  const command = program
    .command('compare')
    .description('train the same network from several initializers over the same seeds, and compare the results')
    .argument('<data>', 'CSV file: numbers below a row of names')
    .option('--initializers <list>', 'names or name(parameters), separated by commas', list, ['glorotUniform', 'heNormal'])
    .option('--seeds <n>', 'networks from each initializer: seeds 0 to n - 1', wholeNumber(1), 10)
    .option('--parallel <n>', 'networks trained at once (default: the library decides)', wholeNumber(1))
    .option('--json', 'print the whole report as JSON')
  addModelOptions(command).action((path: string, options: CompareOptions) => compare(path, options))
}

async function compare(path: string, options: CompareOptions): Promise<void> {
  const data = split(await readTable(path, options.label), options)
  const config = {
    inputs: data.inputs,
    layers: layersOf(data, options).map(({ units, options: layer }) => ({ units, ...layer })),
    loss: lossOf(data),
  }
  const bar = meter(false)
  const started = performance.now()
  const run = (signal: AbortSignal) =>
    compareInitializers(config, data, {
      initializers: options.initializers.map(parseInitializer),
      seeds: options.seeds,
      fit: {
        epochs: options.epochs,
        batchSize: options.batchSize,
        optimizer: sgd({ learningRate: options.learningRate, momentum: options.momentum }),
        ...(options.threads !== undefined && { threads: options.threads }),
      },
      ...(options.parallel !== undefined && { parallel: options.parallel }),
      signal,
      onProgress: bar.report,
    })
  const report = await interruptible(run).finally(() => bar.stop())
  if (options.json) return printJson(report)
  printComparison(report)
  const { engine, kernel, threads } = systemInfo()
  const networks = options.initializers.length * options.seeds
  note(`${networks} networks in ${formatSeconds(performance.now() - started)}: engine ${engine}, kernel ${kernel}, ${threads} threads`)
}
