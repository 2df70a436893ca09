import { rangeError } from '../errors.js'
import { initializer, type InitializerLike } from '../initializers/registry.js'
import type { Json } from '../initializers/types.js'
import type { NetworkConfig } from '../network/config.js'
import { readArray, readRecord } from '../validate.js'
import { runAll } from './batch.js'
import type { RestartOptions } from './options.js'
import type { ComparisonReport, RestartReport } from './report.js'
import type { RestartData } from './trial.js'

/** Options of `compareInitializers`. */
export interface CompareOptions extends RestartOptions {
  /** Each is given to the kernels of all layers in turn. */
  initializers: readonly InitializerLike[]
}

/**
 * Trains the same network from several initializers, each over the same seeds, and tests every difference in pairs:
 * whatever else a seed decides (the order of rows, dropout) is equal in both.
 *
 * @throws as `restarts`; `ERR_UNKNOWN_INITIALIZER`
 */
export async function compareInitializers(
  config: Omit<NetworkConfig, 'seed'>,
  data: RestartData,
  options: CompareOptions,
): Promise<ComparisonReport> {
  const { initializers, ...rest } = readRecord(options, 'options')
  const list = readArray(initializers, 'initializers', 'ERR_INVALID_ARGUMENT', 1e4).map((x) =>
    initializer(x as InitializerLike),
  )
  if (list.length === 0)
    throw rangeError('ERR_INVALID_ARGUMENT', 'initializers must hold at least one, got none')
  const network = readRecord(config, 'config') as unknown as NetworkConfig
  const layers = readArray(network.layers, 'layers', 'ERR_INVALID_ARGUMENT', 65536) as NetworkConfig['layers']
  const configs = list.map((kernelInitializer): NetworkConfig => ({
    ...network,
    layers: layers.map((layer) => ({ ...layer, kernelInitializer })),
  }))
  const reports = await runAll(configs, data, rest)
  const { comparePairs } = await import('./pairs.js')
  return {
    entries: list.map((each, i) => ({
      initializer: each.toJSON() as unknown as Json,
      report: reports[i] as RestartReport,
    })),
    pairs: comparePairs(reports),
  }
}
