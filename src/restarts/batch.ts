import { watch } from '../async/watch.js'
import { runInSlices } from '../async/slices.js'
import { plainError } from '../errors.js'
import { pickEngine } from '../engine/select.js'
import type { Json } from '../initializers/types.js'
import { networkToJSON, readNetwork, type NetworkConfig } from '../network/config.js'
import { factorsOf, type Features, type Targets } from '../network/data.js'
import { readOptimizer } from '../network/optimizers.js'
import { digestOf, type Batch, type RunOptions } from '../runner/batch.js'
import { localRunner } from '../runner/local.js'
import { isArray } from '../validate.js'
import { runPaced } from './pace.js'
import { readRestarts, readRows, type RestartPlan, type TrialFit } from './options.js'
import type { RestartReport, Run } from './report.js'
import { meetsThreshold, runTrial, type RestartData, type Trial } from './trial.js'

/** Trains each configuration from each seed, as one batch, and reports on each configuration. */
export async function runAll(
  configs: readonly NetworkConfig[],
  data: unknown,
  options: unknown,
): Promise<RestartReport[]> {
  const rows = readRows(data)
  const plan = readRestarts(configs, rows, options)
  const { seeds, threshold } = plan
  const trials = configs.flatMap((config) => seeds.map((seed) => trialOf(config, seed, plan)))
  const watched = watch(plan.watched, trials.length, 'networks')
  // Statistics take long to load, and memory that there may not be: not before they are needed, but before all the work.
  const { reportSteps } = await import('./report.js').catch((cause: unknown) => {
    throw plainError('ERR_OUT_OF_MEMORY', 'the statistics could not be loaded', { cause })
  })
  const { signal, onStep } = watched.control
  const control = { signal, onDone: onStep }
  const runner = plan.runner ?? (plan.parallel && localRunner({ parallel: plan.parallel }))
  const { train, test } = plan.rows
  const runs = await (
    runner
      ? runner.run(batchOf(trials, rows, threshold), control)
      : runHere(trials, coresOf(trials[0]), control)
  ).finally(() => [train, test].forEach((each) => each?.dispose()))
  for (const [i, run] of runs.entries()) if (run !== undefined) refuseOther(run, trials[i])
  const meets =
    threshold === undefined ? undefined : (metrics: Run['metrics']) => meetsThreshold(metrics, threshold)
  const reports: RestartReport[] = []
  for (let first = 0; first < runs.length; first += seeds.length) {
    // A runner that does a share of the batch knows only some of the runs.
    const own = runs.slice(first, first + seeds.length).filter((run): run is Run => run !== undefined)
    reports.push(await runInSlices(reportSteps(own, meets), control.signal))
  }
  watched.finish()
  return reports
}

/** A runner's results may come from files. */
function refuseOther(run: unknown, trial: Trial | undefined): void {
  const { status, seed, metrics } = (run ?? {}) as Partial<Run>
  const own = seed === String(trial?.seed) && (status === 'ok' || status === 'failed')
  if (own && Object.values(metrics ?? { none: '' }).every((value) => typeof value === 'number')) return
  throw plainError('ERR_BAD_FILE', `the runner gave ${JSON.stringify(run)} as the result of a network`)
}

/** A run as the JSON that a runner carries. */
type Row = Run & { readonly [key: string]: Json }

/** Threads of each network are said by the caller, or follow from how many are trained at once. */
function trialOf(config: NetworkConfig, seed: bigint, plan: RestartPlan): Trial {
  const fit = plan.fit(seed)
  const shared = plan.parallel && Math.max(1, Math.floor(coresOf({ config, fit }) / plan.parallel))
  const threads = fit.threads ?? shared
  return {
    config,
    rows: plan.rows,
    seed,
    fit: { ...fit, ...(threads !== undefined && { threads }) },
    threshold: plan.threshold,
  }
}

function coresOf(trial: Pick<Trial, 'config' | 'fit'> | undefined): number {
  return pickEngine(trial?.fit.engine ?? trial?.config.engine, Infinity).threads
}

/** Trains everything in this process, as many networks at once as is fastest. */
async function runHere(trials: readonly Trial[], cores: number, control: RunOptions): Promise<Run[]> {
  const runs = new Array<Run>(trials.length)
  await runPaced(trials.length, cores, control, async (index, threads, signal) => {
    const trial = trials[index] as Trial
    runs[index] = await runTrial({ ...trial, fit: { threads, ...trial.fit } }, signal)
  })
  return runs
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

/** Options as JSON, without those that no result depends on. */
function portable({ threads: _, engine: __, ...fit }: TrialFit): object {
  const { optimizer, callbacks, classWeight, sampleWeight, validationData, ...rest } = fit
  const [x, y] = isArray(validationData) ? validationData : [validationData?.x, validationData?.y]
  return {
    ...rest,
    optimizer: readOptimizer(optimizer),
    callbacks: callbacks?.map(({ name = 'unnamed', options }) => [name, options ?? null]),
    classWeight: factorsOf(classWeight),
    arrays: digestOf({ sampleWeight, x: viewOf(x), y: viewOf(y) }),
  }
}

function viewOf(data: Features | Targets | undefined): ArrayBufferView | undefined {
  return data === undefined || ArrayBuffer.isView(data) ? data : data.data
}
