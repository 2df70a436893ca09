import { abortError } from '../errors.js'
import { watch, type Watch } from '../engine/progress.js'
import type { Callback } from './callbacks/callback.js'
import { record } from './history.js'
import { epochRates } from './schedules.js'
import type { TrainingRun } from './training-run.js'

/** Milliseconds of training between two looks at the signal, and between two progress reports. */
const STRETCH = 100

/**
 * Trains until all epochs are done or somebody stops the run; then tells the callbacks how it ended.
 *
 * @param state - of the optimizer, to go on from; it starts afresh otherwise
 */
export async function fit(run: TrainingRun, state?: Float32Array): Promise<void> {
  const { plan, session } = run
  const total = Math.max(0, run.epochs - plan.initialEpoch) * run.stepsPerEpoch
  const watcher = watch(plan.watched, total, 'batches')
  try {
    await session.bind(plan.train, plan.run, state)
    for (const callback of plan.callbacks) await callback.onTrainBegin?.(run)
    for (const callback of plan.callbacks) await callback.onResume?.(run)
    while (run.epoch < run.epochs && !run.stopping) await trainEpoch(run, watcher)
    run.outcome = run.stopping ? 'stopped' : 'completed'
  } catch (error) {
    run.outcome = codeOf(error) === 'ERR_ABORTED' ? 'aborted' : 'failed'
    await tellEnd(run).catch(() => undefined)
    throw error
  }
  await tellEnd(run)
  watcher.finish()
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

async function tellEnd(run: TrainingRun): Promise<void> {
  for (const callback of run.plan.callbacks) await callback.onTrainEnd?.(run)
}

/** Trains the rest of an epoch, measures it, and tells the callbacks. */
async function trainEpoch(run: TrainingRun, watcher: Watch): Promise<void> {
  const { callbacks, optimizer } = run.plan
  const { epoch } = run
  if (run.step === 0) for (const callback of callbacks) await callback.onEpochBegin?.(epoch, run)
  const rates = epochRates(run.learningRate, optimizer.schedule, epoch, run.stepsPerEpoch)
  while (run.step < run.stepsPerEpoch) {
    await trainStretch(run, rates, watcher)
    if (run.stopping && run.step < run.stepsPerEpoch) return
  }
  const logs = { ...run.logs, ...(await validate(run)) }
  record(run.history, epoch, logs)
  run.nextEpoch()
  for (const callback of callbacks) await callback.onEpochEnd?.(epoch, logs, run)
}

/** Trains for about a tenth of a second, but not past the epoch's end or the next pause of a callback. */
async function trainStretch(run: TrainingRun, rates: Float64Array, watcher: Watch): Promise<void> {
  const { callbacks, initialEpoch } = run.plan
  const { signal, onStep } = watcher.control
  if (signal?.aborted) throw abortError(signal)
  const until = Math.min(...callbacks.map((callback) => nextPause(callback, run.step)), rates.length)
  try {
    const result = await run.session.run(run, rates.subarray(run.step, until), STRETCH)
    run.step += result.steps
    run.totals = result.totals
  } catch (error) {
    if (codeOf(error) === 'ERR_NOT_FINITE') tellNotFinite(run, callbacks)
    if (!run.stopping) throw error
    return
  }
  onStep?.((run.epoch - initialEpoch) * run.stepsPerEpoch + run.step)
  for (const callback of callbacks) await callback.onBatches?.(run)
}

function nextPause({ everyBatches }: Callback, step: number): number {
  return everyBatches === undefined ? Infinity : (Math.floor(step / everyBatches) + 1) * everyBatches
}

function tellNotFinite(run: TrainingRun, callbacks: readonly Callback[]): void {
  for (const callback of callbacks) callback.onNotFinite?.(run)
}

async function validate(run: TrainingRun): Promise<Record<string, number>> {
  const { validation, run: spec } = run.plan
  if (validation === undefined) return {}
  const logs = run.network.logsOf(await run.session.evaluate(validation, spec.threads))
  return Object.fromEntries(Object.entries(logs).map(([metric, value]) => [`val_${metric}`, value]))
}
