import { type Command, Option } from 'commander'
import { compareInitializers, systemInfo } from '../../index.js'
import { addModelOptions, fitOf, layersOf, lossOf, type ModelOptions } from '../model.js'
import { EXIT, interruptible } from '../exit.js'
import { formatSeconds, note, printJson } from '../output.js'
import { readSplit } from '../data.js'
import { meter } from '../progress.js'
import { list, number, wholeNumber } from '../options.js'
import { parseInitializer } from '../initializers.js'
import { failuresOf, printComparison } from './report.js'

interface CompareOptions extends ModelOptions {
  initializers: string[]
  seeds: number
  parallel?: number
  threshold?: number
  json?: boolean
}

/** `symbreak compare`: the same network from several starts, each over the same seeds. */
export function addCompare(program: Command): void {
  const command = program
    .command('compare')
    .description(
      'train the same network from several initializers over the same seeds, and compare the results',
    )
    .argument(
      '<data>',
      'numbers, one row an example: a CSV file with a header row, or a two-dimensional .npy file',
    )
    .addOption(
      new Option('--initializers <list>', 'names or name(parameters), separated by commas')
        .argParser(list)
        .default(['glorotUniform', 'heNormal'], 'glorotUniform,heNormal'),
    )
    .option('--seeds <n>', 'networks from each initializer: seeds 0 to n - 1', wholeNumber(1), 10)
    .option('--parallel <n>', 'networks trained at once (default: the library decides)', wholeNumber(1))
    .option('--threshold <x>', 'accuracy (loss of a regression) that counts as success', number)
    .option('--json', 'print the whole report as JSON')
  addModelOptions(command).action((path: string, options: CompareOptions) => compare(path, options))
}

async function compare(path: string, options: CompareOptions): Promise<void> {
  const data = await readSplit(path, options)
  const config = { inputs: data.inputs, layers: layersOf(data, options), loss: lossOf(data) }
  const bar = meter(false)
  const started = performance.now()
  const run = (signal: AbortSignal) =>
    compareInitializers(config, data.rows, {
      initializers: options.initializers.map(parseInitializer),
      seeds: options.seeds,
      fit: fitOf(options),
      ...(options.parallel !== undefined && { parallel: options.parallel }),
      ...(options.threshold !== undefined && { threshold: options.threshold }),
      signal,
      onProgress: bar.report,
    })
  const report = await interruptible(run).finally(() => bar.stop())
  for (const failure of failuresOf(report)) note(failure)
  if (report.entries.every(({ report: { runs, failed } }) => failed === runs.length))
    process.exitCode = EXIT.failed
  if (options.json) return printJson(report)
  printComparison(report)
  const { engine, kernel, threads } = systemInfo()
  const networks = options.initializers.length * options.seeds
  const by = `engine ${engine}, kernel ${kernel}, ${threads} threads`
  note(`${networks} networks in ${formatSeconds(performance.now() - started)}: ${by}`)
}
