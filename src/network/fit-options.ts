import { checkEngine, type EngineName } from '../engine/select.js'
import type { RowsSpec, RunSpec } from '../engine/trainer.js'
import { ASYNC_OPTIONS, type AsyncOptions } from '../async/watch.js'
import { rangeError, typeError, wrongType } from '../errors.js'
import { belowOne, boolean, integer, readArray, readOptions } from '../validate.js'
import type { Callback } from './callbacks/callback.js'
import { readExamples, weighted, type ClassWeight, type Examples } from './data.js'
import { feedRows, type Feed } from './feed.js'
import { readOptimizer, type Optimizer } from './optimizers.js'
import { Rows, someRows } from './rows.js'
import { feedSource, type RowSource } from './source.js'

/** Options of `fit`; names and defaults are Keras's. */
export interface FitOptions extends AsyncOptions {
  /** The run goes on until this many epochs are done, counted from `initialEpoch`'s zero; default 1. */
  epochs?: number | undefined
  /** Rows of one update, the last of an epoch may have fewer; default 32. */
  batchSize?: number | undefined
  /** Default `sgd()`: learning rate 0.01. */
  optimizer?: Optimizer | 'sgd' | 'adam' | 'adamW' | 'rmsprop' | undefined
  /** Rows that are only measured, after each epoch. */
  validationData?: Examples | undefined
  /** Share of the rows, from the end and before shuffling, that are only measured, in [0, 1); default 0. */
  validationSplit?: number | undefined
  /** New order of rows for each epoch, from the network's seed; default true. */
  shuffle?: boolean | undefined
  /** Watch and steer the run, in this order. */
  callbacks?: readonly Callback[] | undefined
  /** Weight of each row in the loss, >= 0. */
  sampleWeight?: Float32Array | undefined
  /** Weight of the rows of each class, by label; 1 where there is none. */
  classWeight?: ClassWeight | undefined
  /** Upper bound on threads; the weights do not depend on it. */
  threads?: number | undefined
  /** Which engine trains; the weights do not depend on it. Default: the network's. */
  engine?: EngineName | undefined
  /**
   * Number of the first epoch, as in Keras; default 0. Epochs of the same number take their rows in the same order. Where
   * the last `fit` of the network ended with this many, by the same rule, its optimizer's state goes on.
   */
  initialEpoch?: number | undefined
}

/** Options of `partialFit`. */
export type PartialFitOptions = Pick<
  FitOptions,
  'batchSize' | 'optimizer' | 'sampleWeight' | 'classWeight' | 'threads' | 'engine' | keyof AsyncOptions
>

/** Names of `PartialFitOptions`. */
export const PARTIAL_FIT_OPTIONS = [
  ...ASYNC_OPTIONS,
  'batchSize',
  'optimizer',
  'sampleWeight',
  'classWeight',
  'threads',
  'engine',
]

/** Names of `FitOptions`. */
export const FIT_OPTIONS = [
  ...PARTIAL_FIT_OPTIONS,
  'epochs',
  'validationData',
  'validationSplit',
  'shuffle',
  'callbacks',
  'initialEpoch',
]

/** Options of `fit` over a source of batches. */
export interface SourceOptions extends Omit<FitOptions, 'validationSplit' | 'sampleWeight'> {
  /**
   * Rows that are held at a time, rounded up to whole updates; with `shuffle` they are trained on in a random order.
   * Default 8192.
   */
  bufferRows?: number | undefined
}

/** Checked options of `fit` with their data. */
export interface FitPlan {
  readonly run: Omit<RunSpec, 'window'>
  readonly engine: EngineName | undefined
  readonly optimizer: Optimizer
  readonly epochs: number
  readonly initialEpoch: number
  readonly feed: Feed
  readonly validation: Rows | undefined
  readonly callbacks: readonly Callback[]
  /** `signal` and `onProgress`, as given. */
  readonly watched: Record<string, unknown>
}

/** Checks everything that `fit` is given before any work starts. */
export function readFit(spec: RowsSpec, rows: Rows, options: unknown): FitPlan {
  const o = readOptions(options, FIT_OPTIONS)
  const all = weighted(rows, { sampleWeight: o['sampleWeight'] })
  const held = heldOut(o['validationSplit'], all.count)
  if (o['validationData'] !== undefined && held > 0) {
    throw typeError('ERR_INVALID_ARGUMENT', 'validationData and validationSplit exclude each other')
  }
  // As in Keras, the classes' weights are of what is learned, not of what is measured.
  const { classWeight } = o
  const train = weighted(held > 0 ? all.slice(0, all.count - held) : all, { classWeight })
  if (train.count === 0)
    throw rangeError('ERR_INVALID_ARGUMENT', 'x must have at least one row to train on, got none')
  const plan = readPlan(spec, o)
  return {
    ...plan,
    run: { ...plan.run, batchSize: Math.min(plan.run.batchSize, train.count) },
    feed: feedRows(train, plan.run.batchSize),
    validation: held > 0 ? all.slice(all.count - held, all.count) : plan.validation,
  }
}

/** Checks what `fit` over a source of batches is given; the batches are checked as they come. */
export function readSourceFit(spec: RowsSpec, source: RowSource, options: unknown): FitPlan {
  const names = FIT_OPTIONS.filter((name) => name !== 'validationSplit' && name !== 'sampleWeight')
  const o = readOptions(options, [...names, 'bufferRows'])
  const plan = readPlan(spec, o)
  const { batchSize, optimizer } = plan.run
  const group = batchSize * optimizer.accumulate
  const size = Math.ceil(integer(o['bufferRows'] ?? 8192, 'bufferRows', 1) / group) * group
  return { ...plan, feed: feedSource(spec, source, { size, batchSize, classWeight: o['classWeight'] }) }
}

function readPlan(spec: RowsSpec, o: Record<string, unknown>): Omit<FitPlan, 'feed'> {
  const optimizer = readOptimizer(o['optimizer'])
  return {
    run: {
      optimizer,
      batchSize: integer(o['batchSize'] ?? 32, 'batchSize', 1),
      shuffle: boolean(o['shuffle'] ?? true, 'shuffle'),
      threads: readThreads(o['threads']),
    },
    engine: readEngine(o['engine']),
    optimizer,
    epochs: integer(o['epochs'] ?? 1, 'epochs', 0),
    initialEpoch: integer(o['initialEpoch'] ?? 0, 'initialEpoch', 0),
    validation:
      o['validationData'] === undefined
        ? undefined
        : someRows(readExamples(spec, o['validationData'], 'validationData'), 'validationData'),
    callbacks: readCallbacks(o['callbacks']),
    watched: { signal: o['signal'], onProgress: o['onProgress'] },
  }
}

/** Upper bound on threads; 0 leaves the choice to the engine. */
export function readThreads(value: unknown): number {
  return value === undefined ? 0 : integer(value, 'threads', 1, 1024)
}

/** Which engine works; undefined leaves the choice to the network. */
export function readEngine(value: unknown): EngineName | undefined {
  return value === undefined ? undefined : checkEngine(value)
}

function heldOut(split: unknown, rows: number): number {
  if (split === undefined) return 0
  const share = belowOne(split, 'validationSplit')
  // Keras trains on floor(rows * (1 - split)).
  return rows - Math.floor(rows * (1 - share))
}

function readCallbacks(value: unknown): Callback[] {
  const callbacks = readArray(value ?? [], 'callbacks', 'ERR_INVALID_ARGUMENT', 1024).map((callback, i) => {
    if (typeof callback === 'object' && callback !== null) return callback as Callback
    throw wrongType(`callbacks[${i}]`, 'an object with hooks', callback)
  })
  // What writes the state of a whole run must see what all others did to it.
  return callbacks.sort((a, b) => Number(a.onResume !== undefined) - Number(b.onResume !== undefined))
}
