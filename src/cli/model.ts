import { Option, type Command } from 'commander'
import {
  adam,
  adamW,
  rmsprop,
  sgd,
  type DenseConfig,
  type DenseOptions,
  type NetworkConfig,
  type Optimizer,
} from '../index.js'
import { ACTIVATIONS } from '../engine/trainer.js'
import type { DataOptions, Split } from './data.js'
import { list, number, wholeNumber } from './options.js'
import { UsageError } from './exit.js'

/** Options that say what is trained, and how. */
export interface ModelOptions extends DataOptions {
  hidden: string[]
  activation: NonNullable<DenseOptions['activation']>
  epochs: number
  batchSize: number
  optimizer: 'sgd' | 'adam' | 'adamW' | 'rmsprop'
  learningRate?: number
  momentum?: number
  weightDecay?: number
  dropout?: number
  l1?: number
  l2?: number
  threads?: number
}

/** Adds the options that `train` and `compare` share. */
export function addModelOptions(command: Command): Command {
  return command
    .option('--label <column>', 'column of the answers, a name or a number from 0 (default: the last one)')
    .option('--header', 'the first row of the CSV file are names, although they are numbers')
    .option('--no-header', 'the first row of the CSV file are no names')
    .option('--regression', 'the answers are numbers, not classes')
    .option('--scale <x>', 'divide every feature by x', number)
    .option('--standardize', "subtract each feature's mean and divide by its standard deviation")
    .option('--shuffle-rows', 'put the rows into a random order before the split, the same every time', true)
    .option('--no-shuffle-rows', 'test on the last rows of the file, as they are')
    .option('--test <share>', 'share of the rows, from the end, to test on', number, 0.2)
    .addOption(
      new Option('--hidden <units>', "units of the hidden layers, such as 256,128; '' for a linear model")
        .argParser(list)
        .default(['32'], '32'),
    )
    .addOption(new Option('--activation <name>', 'of the hidden layers').choices(ACTIVATIONS).default('relu'))
    .option('--epochs <n>', 'passes over the training rows', wholeNumber(1), 30)
    .option('--batch-size <n>', 'rows of one update', wholeNumber(1), 32)
    .addOption(
      new Option('--optimizer <name>', 'update rule')
        .choices(['sgd', 'adam', 'adamW', 'rmsprop'])
        .default('sgd'),
    )
    .option('--learning-rate <x>', "default: 0.1 for sgd, else the optimizer's own", number)
    .option('--momentum <x>', 'of sgd and rmsprop', number)
    .option('--weight-decay <x>', 'of every optimizer', number)
    .option('--dropout <share>', "share of the hidden layers' outputs that each step drops", number)
    .option('--l1 <x>', 'penalty on the absolute weights of every kernel', number)
    .option('--l2 <x>', 'penalty on the squared weights of every kernel', number)
    .option('--threads <n>', 'upper bound on threads', wholeNumber(1))
}

/** Hidden layers and the output layer for these answers: logits of classes, or one number. */
export function layersOf(
  data: Split,
  { hidden, activation, dropout = 0, l1 = 0, l2 = 0 }: ModelOptions,
): DenseConfig[] {
  const units = hidden.map((text) => {
    const count = Number(text)
    if (Number.isSafeInteger(count) && count >= 1) return count
    throw new UsageError(`--hidden must list whole numbers from 1, got ${text}`)
  })
  const kernelRegularizer = { l1, l2 }
  return [
    ...units.map((count) => ({ units: count, activation, dropout, kernelRegularizer })),
    { units: Math.max(1, data.classes), activation: 'linear', kernelRegularizer },
  ]
}

/** The loss for these answers. */
export function lossOf(data: Split): NetworkConfig['loss'] {
  return data.classes > 0 ? 'softmaxCrossEntropy' : 'meanSquaredError'
}

/** Options of `fit` that do not depend on the data. */
export function fitOf(options: ModelOptions): {
  epochs: number
  batchSize: number
  optimizer: Optimizer
  threads?: number
} {
  const { epochs, batchSize, threads } = options
  return { epochs, batchSize, optimizer: optimizerOf(options), ...(threads !== undefined && { threads }) }
}

function optimizerOf({ optimizer, learningRate, momentum, weightDecay }: ModelOptions): Optimizer {
  const shared = {
    ...(learningRate !== undefined && { learningRate }),
    ...(weightDecay !== undefined && { weightDecay }),
  }
  const moving = { ...shared, ...(momentum !== undefined && { momentum }) }
  if (optimizer === 'sgd') return sgd({ learningRate: 0.1, ...moving })
  if (optimizer === 'rmsprop') return rmsprop(moving)
  if (momentum !== undefined) throw new UsageError(`--momentum is no option of ${optimizer}`)
  return optimizer === 'adam' ? adam(shared) : adamW(shared)
}
