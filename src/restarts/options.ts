import { ASYNC_OPTIONS, type AsyncOptions } from '../async/watch.js'
import { rangeError, typeError, wrongType } from '../errors.js'
import { readNetwork, type NetworkConfig, type NetworkSpec } from '../network/config.js'
import { readData } from '../network/data.js'
import { FIT_OPTIONS, readFit, type FitOptions } from '../network/fit-options.js'
import { someRows } from '../network/rows.js'
import type { Runner } from '../runner/batch.js'
import { finite, integer, readArray, readOptions, seedOf, type Seed } from '../validate.js'
import type { RestartData, TrialRows } from './trial.js'

/** `fit`'s options for one network; the signal and progress are those of the whole. */
export type TrialFit = Omit<FitOptions, 'signal' | 'onProgress'>

/** Options of `restarts`. */
export interface RestartOptions extends AsyncOptions {
  /** How many networks, from the seeds 0 to n - 1, or their seeds. */
  seeds: number | readonly Seed[]
  /** Options of each `fit`. Callbacks hold state: to use any, give a function that makes new ones for each network. */
  fit?: (TrialFit | ((seed: bigint) => TrialFit)) | undefined
  /**
   * Networks trained at once in this process; default: one a thread, or one on all threads, whichever the first few
   * show to be faster. The report does not depend on it.
   */
  parallel?: number | undefined
  /** Accuracy (loss where there is none) that counts as success. */
  threshold?: number | undefined
  /** Who trains the networks; default: this process. */
  runner?: Runner | undefined
}

/** Checked options of `restarts`. */
export interface RestartPlan {
  readonly seeds: readonly bigint[]
  readonly fit: (seed: bigint) => TrialFit
  /** Networks at once, if the caller says it. */
  readonly parallel: number | undefined
  readonly threshold: number | undefined
  readonly runner: Runner | undefined
  readonly rows: TrialRows
  /** `signal` and `onProgress`, as given. */
  readonly watched: Record<string, unknown>
}

/** Names of `TrialFit`: the whole batch has one signal and one report of progress. */
const TRIAL_OPTIONS = FIT_OPTIONS.filter((name) => !(ASYNC_OPTIONS as readonly string[]).includes(name))

const NAMES = [...ASYNC_OPTIONS, 'seeds', 'fit', 'parallel', 'threshold', 'runner']

/**
 * Checks everything before the first network is trained, the configurations and data included: what fails afterwards
 * is a row of the report.
 */
export function readRestarts(
  configs: readonly NetworkConfig[],
  data: RestartData,
  options: unknown,
): RestartPlan {
  const o = readOptions(options, NAMES)
  const seeds = readSeeds(o['seeds'])
  const plan = {
    seeds,
    fit: readTrialFit(o['fit']),
    threshold: o['threshold'] === undefined ? undefined : finite(o['threshold'], 'threshold'),
    runner: readRunner(o['runner']),
    parallel: o['parallel'] === undefined ? undefined : integer(o['parallel'], 'parallel', 1),
    watched: { signal: o['signal'], onProgress: o['onProgress'] },
  }
  const rows = readTrialRows(readNetwork(configs[0]), data)
  for (const config of configs) readFit(readNetwork(config), rows.train, plan.fit(seeds[0] ?? 0n))
  return { ...plan, rows }
}

/** Test rows come in both parts or not at all. */
export function readRows(value: unknown): RestartData {
  const rows = readOptions(value, ['x', 'y', 'xTest', 'yTest'], 'data') as unknown as RestartData
  if ((rows.xTest === undefined) === (rows.yTest === undefined)) return rows
  throw typeError('ERR_INVALID_ARGUMENT', 'data must have both xTest and yTest, or neither')
}

/** Networks that differ in their initializers alone read the same rows. */
function readTrialRows(spec: NetworkSpec, { x, y, xTest, yTest }: RestartData): TrialRows {
  return {
    train: readData(spec, x, y),
    test: xTest && someRows(readData(spec, xTest, yTest, { x: 'xTest', y: 'yTest' }), 'xTest'),
  }
}

function readSeeds(value: unknown): bigint[] {
  if (value === undefined) throw wrongType('seeds', 'a number of them, or an array', value)
  if (typeof value === 'number') {
    return Array.from({ length: integer(value, 'seeds', 1, 1e6) }, (_, seed) => BigInt(seed))
  }
  const seeds = readArray(value, 'seeds', 'ERR_INVALID_ARGUMENT', 1e6).map((seed, i) =>
    seedOf(seed, `seeds[${i}]`),
  )
  if (seeds.length === 0)
    throw rangeError('ERR_INVALID_ARGUMENT', 'seeds must hold at least one seed, got none')
  const seen = new Set<bigint>()
  const twice = seeds.find((seed) => seen.size === seen.add(seed).size)
  if (twice === undefined) return seeds
  throw rangeError('ERR_INVALID_ARGUMENT', `seeds must be distinct, got ${twice} twice`)
}

function readTrialFit(value: unknown): (seed: bigint) => TrialFit {
  if (typeof value === 'function') {
    const fit = value as (seed: bigint) => unknown
    return (seed) => optionsOf(fit(seed), 'what fit returns')
  }
  const fit = optionsOf(value, 'fit')
  if (fit.callbacks === undefined) return () => fit
  throw typeError(
    'ERR_INVALID_ARGUMENT',
    'fit with callbacks must be a function, so that each network has its own',
  )
}

function optionsOf(value: unknown, argument: string): TrialFit {
  if (typeof (value as { then?: unknown } | null | undefined)?.then === 'function')
    throw wrongType(argument, 'options, not a promise of them', value)
  return readOptions(value, TRIAL_OPTIONS, argument) as TrialFit
}

function readRunner(value: unknown): Runner | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'object' && value !== null && 'run' in value) return value as Runner
  throw wrongType('runner', 'an object with a method run', value)
}
