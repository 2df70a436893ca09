import type { NetworkConfig } from '../network/config.js'
import type { RestartOptions } from './options.js'
import { runAll } from './batch.js'
import type { RestartReport } from './report.js'
import type { RestartData } from './trial.js'

/**
 * Trains the same network from several seeds: what one run tells, and what was luck. The report depends on the
 * configuration, data and seeds alone, to the byte, never on `parallel` or the engine.
 *
 * @param config - as `Network`'s; a seed there is passed over
 * @throws `ERR_INVALID_ARGUMENT` and the other refusals of `Network` and `fit` before training; `ERR_ABORTED`. A run
 *   that fails is a row of the report.
 */
export async function restarts(
  config: Omit<NetworkConfig, 'seed'>,
  data: RestartData,
  options: RestartOptions,
): Promise<RestartReport> {
  const [report] = await runAll([config], data, options)
  return report as RestartReport
}
