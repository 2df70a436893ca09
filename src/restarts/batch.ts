import { watch } from '../engine/progress.js'
import { pickEngine } from '../engine/select.js'
import type { Json } from '../initializers/types.js'
import { networkToJSON, readNetwork, type NetworkConfig } from '../network/config.js'
import type { Features, Targets } from '../network/data.js'
import { digestOf, type Batch } from '../runner/batch.js'
import { localRunner } from '../runner/local.js'
import { readRestarts, readRows, type RestartPlan, type TrialFit } from './options.js'
import { reportOf, type RestartReport, type Run } from './report.js'
import { meetsThreshold, runTrial, type RestartData, type Trial } from './trial.js'

/** Trains each configuration from each seed, as one batch, and reports on each configuration. */
export async function runAll(
  configs: readonly NetworkConfig[],
  data: unknown,
  options: unknown,
): Promise<RestartReport[]> {
  const rows = readRows(data)
  const plan = readRestarts(configs, rows, options)
  const { seeds, threshold, width } = plan
  const trials = configs.flatMap((config) => seeds.map((seed) => trialOf(config, seed, plan)))
  const watched = watch(plan.watched, trials.length, 'networks')
  const runner = plan.runner ?? localRunner({ parallel: width })
  const { signal, onStep } = watched.control
  const runs = await runner.run(batchOf(trials, rows, threshold), { signal, onDone: onStep })
  watched.finish()
  const meets =
    threshold === undefined ? undefined : (metrics: Run['metrics']) => meetsThreshold(metrics, threshold)
  return configs.map((_, i) => {
    const own = runs.slice(i * seeds.length, (i + 1) * seeds.length)
    // A runner that does a share of the batch knows only some of the runs.
    return reportOf(
      own.filter((run): run is Row => run !== undefined),
      meets,
    )
  })
}

/** A run as the JSON that a runner carries. */
type Row = Run & { readonly [key: string]: Json }

function trialOf(config: NetworkConfig, seed: bigint, plan: RestartPlan): Trial {
  const fit = plan.fit(seed)
  const threads =
    fit.threads ?? Math.max(1, Math.floor(pickEngine(config.engine, Infinity).threads / plan.width))
  return { config, rows: plan.rows, seed, fit: { ...fit, threads }, threshold: plan.threshold }
}

function batchOf(trials: readonly Trial[], data: RestartData, threshold: number | undefined): Batch<Row> {
  const { x, y, xTest, yTest } = data
  const digest = digestOf({ x: viewOf(x), y: viewOf(y), xTest: viewOf(xTest), yTest: viewOf(yTest) })
  return {
    kind: 'symbreak.restarts',
    shared: { data: digest, threshold: threshold ?? null },
    items: trials.map(itemOf),
    run: async (index, { signal }) => (await runTrial(trials[index] as Trial, signal)) as Row,
  }
}

/** Everything but the data that a run's result depends on. */
function itemOf({ config, seed, fit }: Trial): Json {
  const network = networkToJSON(readNetwork({ ...config, seed }))
  return JSON.parse(JSON.stringify({ network, fit: portable(fit) })) as Json
}

function portable({ threads: _, callbacks, validationData, ...rest }: TrialFit): object {
  const names = callbacks?.map((callback) => callback.name ?? 'unnamed')
  return { ...rest, callbacks: names, validated: validationData !== undefined }
}

function viewOf(data: Features | Targets | undefined): ArrayBufferView | undefined {
  return data === undefined || ArrayBuffer.isView(data) ? data : data.data
}
