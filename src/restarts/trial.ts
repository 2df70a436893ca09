import { Network } from '../network/network.js'
import type { NetworkConfig } from '../network/config.js'
import type { FitOptions } from '../network/fit-options.js'
import type { Features, Targets } from '../network/data.js'
import type { History } from '../network/history.js'
import type { Rows } from '../network/rows.js'
import { plainError } from '../errors.js'
import { distinctUnits } from '../network/metrics.js'
import type { Run } from './report.js'

/** Rows to train on, and rows to judge by. */
export interface RestartData {
  x: Features
  y: Targets
  xTest?: Features | undefined
  yTest?: Targets | undefined
}

/** The same, checked: what all trials of a batch read. */
export interface TrialRows {
  readonly train: Rows
  readonly test: Rows | undefined
}

/** What one run of a batch needs. */
export interface Trial {
  readonly config: NetworkConfig
  readonly rows: TrialRows
  readonly seed: bigint
  readonly fit: FitOptions
  readonly threshold: number | undefined
}

/** Trains one network; a failure is a row like any other. Only the signal's abort is an error. */
export async function runTrial(trial: Trial, signal: AbortSignal | undefined): Promise<Run> {
  const seed = String(trial.seed)
  try {
    return { seed, status: 'ok', metrics: await measure(trial, signal) }
  } catch (error) {
    if (signal?.aborted) throw error
    return {
      seed,
      status: 'failed',
      metrics: {},
      error: error instanceof Error ? error.message : String(error),
    }
  }
}

async function measure(
  { config, rows: { train: rows, test }, seed, fit, threshold }: Trial,
  signal?: AbortSignal,
): Promise<Run['metrics']> {
  const network = new Network({ ...config, seed })
  try {
    const history = await network.fitRows(rows, { ...fit, ...(signal && { signal }) })
    const options = fit.threads === undefined ? {} : { threads: fit.threads }
    const train = await network.evaluateRows(rows, options)
    const final = test ? await network.evaluateRows(test, options) : train
    if (!Number.isFinite(train.loss) || !Number.isFinite(final.loss))
      throw plainError('ERR_NOT_FINITE', `training diverged: the loss is ${final.loss}`)
    const epochs = epochsToThreshold(history, threshold)
    return {
      ...final,
      trainLoss: train.loss,
      distinctUnits: firstLayerUnits(network),
      ...(epochs !== undefined && { epochsToThreshold: epochs }),
    }
  } finally {
    network.dispose()
  }
}

/** Whether accuracy, or loss where there is none, meets the threshold. */
export function meetsThreshold(metrics: Readonly<Record<string, number>>, threshold: number): boolean {
  const { accuracy, loss } = metrics
  return accuracy === undefined ? (loss as number) <= threshold : accuracy >= threshold
}

/** Epochs until the training rows' running metrics met the threshold. */
function epochsToThreshold({ history }: History, threshold: number | undefined): number | undefined {
  if (threshold === undefined) return undefined
  const met = history.loss.findIndex((loss, i) => {
    const accuracy = history['accuracy']?.[i]
    return meetsThreshold(accuracy === undefined ? { loss } : { loss, accuracy }, threshold)
  })
  return met < 0 ? undefined : met + 1
}

function firstLayerUnits(network: Network): number {
  const [[kernelName, [, units = 0]] = ['', []]] = network.shapes as Map<string, readonly number[]>
  const { weights } = network
  const bias = weights.get(kernelName.replace(/kernel$/, 'bias'))
  return distinctUnits(weights.get(kernelName) as Float32Array, bias, units)
}
