import type { Command } from 'commander'
import type { DenseOptions, NetworkConfig } from '../index.js'
import type { DataOptions, Split } from './data.js'
import { list, number, wholeNumber } from './options.js'
import { UsageError } from './exit.js'

/** Options that say what is trained, and how. */
export interface ModelOptions extends DataOptions {
  hidden: string[]
  activation: NonNullable<DenseOptions['activation']>
  epochs: number
  batchSize: number
  learningRate: number
  momentum: number
  threads?: number
}

/** A layer before it has its initializer. */
export interface LayerPlan {
  units: number
  options: DenseOptions
}

/** Adds the options that `train` and `compare` share. */
export function addModelOptions(command: Command): Command {
  return command
    .option('--label <column>', 'column of the answers (default: the last one)')
    .option('--regression', 'the answers are numbers, not classes')
    .option('--scale <x>', 'divide every feature by x', number)
    .option('--standardize', "subtract each feature's mean and divide by its standard deviation")
    .option('--test <share>', 'share of the rows, from the end, to test on', number, 0.2)
    .option('--hidden <units>', 'units of the hidden layers, such as 256,128', list, ['32'])
    .option('--activation <name>', 'of the hidden layers', 'relu')
    .option('--epochs <n>', 'passes over the training rows', wholeNumber(1), 30)
    .option('--batch-size <n>', 'rows of one update', wholeNumber(1), 32)
    .option('--learning-rate <x>', 'of plain stochastic gradient descent', number, 0.1)
    .option('--momentum <x>', 'of stochastic gradient descent', number, 0)
    .option('--threads <n>', 'upper bound on threads', wholeNumber(1))
}

/** Hidden layers and the output layer for these answers: logits of classes, or one number. */
export function layersOf(data: Split, { hidden, activation }: ModelOptions): LayerPlan[] {
  const layers = hidden.map((text): LayerPlan => {
    const units = Number(text)
    if (!Number.isSafeInteger(units) || units < 1) throw new UsageError(`--hidden must list whole numbers from 1, got ${text}`)
    return { units, options: { activation } }
  })
  return [...layers, { units: Math.max(1, data.classes), options: {} }]
}

/** The loss for these answers. */
export function lossOf(data: Split): NetworkConfig['loss'] {
  return data.classes > 0 ? 'softmaxCrossEntropy' : 'meanSquaredError'
}
