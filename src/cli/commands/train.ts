import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Option, type Command } from 'commander'
import { raiseIo } from '../../files/io-error.js'
import {
  backupAndRestore,
  earlyStopping,
  Network,
  type Callback,
  type FitOptions,
  type History,
  type Initializer,
  type TrainingRun,
} from '../../index.js'
import { addModelOptions, fitOf, layersOf, lossOf, type ModelOptions } from '../model.js'
import { interruptible, UsageError } from '../exit.js'
import { formatSeconds, note, print } from '../output.js'
import { readSplit, type Split } from '../data.js'
import { meter, type Meter } from '../progress.js'
import { number, seed, wholeNumber } from '../options.js'
import { parseInitializer } from '../initializers.js'

interface TrainOptions extends ModelOptions {
  initializer: Initializer
  seed: bigint
  save?: string
  checkpoint?: string
  patience?: number
  validation?: number
  json?: boolean
}

/** `symbreak train`: one network on a data file. */
export function addTrain(program: Command): void {
  const command = program
    .command('train')
    .description('train a dense network on a CSV file with a header row, or on a two-dimensional .npy file')
    .argument('<data>', 'numbers, one row an example')
    .addOption(
      new Option('--initializer <init>', 'start of the kernels: a name, or name(parameters)')
        .argParser(parseInitializer)
        .default(parseInitializer('glorotUniform'), 'glorotUniform'),
    )
    .addOption(
      new Option('--seed <n>', 'of the initial weights and the order of rows')
        .argParser(seed)
        .default(0n, '0'),
    )
    .option('--save <file>', 'write the trained network as safetensors')
    .option(
      '--checkpoint <file>',
      'survive interruptions: run the same command again to go on (default: <save>.checkpoint with --save)',
    )
    .option(
      '--patience <n>',
      'stop after n epochs without a better loss on the validation rows, and take the best weights',
      wholeNumber(1),
    )
    .option(
      '--validation <share>',
      'share of the training rows, from the end, to validate on (default: 0.2 with --patience)',
      number,
    )
    .option('--json', 'print one JSON line an epoch and one result')
  addModelOptions(command).action((path: string, options: TrainOptions) => train(path, options))
}

async function train(path: string, options: TrainOptions): Promise<void> {
  // Before the work, not after it.
  for (const file of [options.save, checkpointOf(options)])
    if (file !== undefined) await access(dirname(file), constants.W_OK).catch(raiseIo(`cannot write ${file}`))
  const data = await readSplit(path, options)
  const layers = layersOf(data, options).map((layer) => ({
    ...layer,
    kernelInitializer: options.initializer,
  }))
  const network = new Network({ inputs: data.inputs, layers, loss: lossOf(data), seed: options.seed })
  const bar = meter(false)
  const started = performance.now()
  let history: History
  try {
    history = await interruptible((signal) =>
      network.fit(data.rows.x, data.rows.y, { ...trainingOf(data, options, bar), signal }),
    )
  } catch (error) {
    bar.stop()
    if ((error as { code?: unknown }).code === 'ERR_ABORTED') {
      const checkpoint = checkpointOf(options)
      if (checkpoint === undefined)
        note('nothing is kept: with --checkpoint FILE the same command would go on')
      else note(`wrote ${checkpoint}: run the same command again to go on`)
    }
    throw error
  }
  bar.stop()
  await finish(network, data, options, {
    epochs: history.epoch.length,
    elapsedMs: performance.now() - started,
  })
}

function checkpointOf({ checkpoint, save }: TrainOptions): string | undefined {
  return checkpoint ?? (save === undefined ? undefined : `${save}.checkpoint`)
}

function trainingOf(data: Split, options: TrainOptions, bar: Meter): FitOptions {
  const { xTest, yTest } = data.rows
  // A bar tells people how far it is; whatever else reads along gets a line an epoch.
  const tell = options.json ? print : process.stderr.isTTY ? undefined : note
  const line: Callback = {
    name: 'line',
    onEpochEnd: (epoch, logs) => tell?.(JSON.stringify({ epoch, ...logs })),
  }
  const path = checkpointOf(options)
  const saving: Callback = { name: 'saving', onTrainEnd: (run) => save(run, data, options) }
  // Weights that are chosen by rows can't be judged by them: the test rows stay unseen.
  const { patience, validation = patience === undefined ? 0 : 0.2 } = options
  if (!(validation >= 0 && validation < 1) || (patience !== undefined && validation === 0))
    throw new UsageError(`--validation must be a share below 1, and not 0 with --patience, got ${validation}`)
  const stopping = patience && [earlyStopping({ patience, restoreBestWeights: true })]
  const shown = xTest && yTest ? { validationData: [xTest, yTest] as const } : {}
  const backup = path === undefined ? [] : [backupAndRestore({ path, everyMs: 5000 })]
  return {
    ...fitOf(options),
    ...(validation > 0 ? { validationSplit: validation } : shown),
    // Saved before the checkpoint goes, which stays where that fails.
    callbacks: [line, ...(stopping || []), saving, ...backup],
    onProgress: bar.report,
  }
}

async function save(
  { network, outcome }: TrainingRun,
  { made }: Split,
  options: TrainOptions,
): Promise<void> {
  if (options.save === undefined || (outcome !== 'completed' && outcome !== 'stopped')) return
  await network.save(options.save, { metadata: { 'symbreak.features': JSON.stringify(made) } })
}

async function finish(
  network: Network,
  data: Split,
  options: TrainOptions,
  { epochs, elapsedMs }: { epochs: number; elapsedMs: number },
): Promise<void> {
  const { x, y, xTest = x, yTest = y } = data.rows
  const { threads } = options
  const result = await network.evaluate(xTest, yTest, threads === undefined ? {} : { threads })
  if (options.json) return print(JSON.stringify({ ...result, seed: String(network.seed), elapsedMs }))
  const on = data.rows.xTest === undefined ? 'the training rows' : 'the test rows'
  const parts = Object.entries(result).map(([metric, value]) => `${metric} ${(value as number).toFixed(4)}`)
  print(`${parts.join(', ')} on ${on} after ${epochs} epochs in ${formatSeconds(elapsedMs)}`)
  if (options.save !== undefined) note(`wrote ${options.save}`)
}
