import { abortError, plainError } from '../errors.js'
import { watch, type Watch } from '../async/watch.js'
import type { Totals } from '../engine/trainer.js'
import type { Callback } from './callbacks/callback.js'
import type { FeedPart } from './feed.js'
import { record } from './history.js'
import { scheduledRates } from './schedules.js'
import { asValidation, type TrainingRun } from './training-run.js'
import { untilAborted } from './until-aborted.js'

/** Milliseconds of training between two looks at the signal, and between two progress reports. */
const STRETCH = 100
/** Batches whose rates are laid out at a time. */
const RATES = 1 << 16

/** Callbacks that remember a run, while there is one. */
const busy = new WeakSet<Callback>()

/** Trains until all epochs are done or somebody stops the run; then tells the callbacks how it ended. */
export async function fit(run: TrainingRun): Promise<void> {
  const own = run.plan.callbacks.filter((callback) => callback.getState !== undefined)
  if (own.some((callback) => busy.has(callback)))
    throw plainError('ERR_INVALID_ARGUMENT', 'callbacks hold one that watches another fit: make a new one')
  for (const callback of own) busy.add(callback)
  try {
    await watchedFit(run)
  } finally {
    for (const callback of own) busy.delete(callback)
  }
}

async function watchedFit(run: TrainingRun): Promise<void> {
  const { callbacks, watched, feed } = run.plan
  const watcher = watch(watched, run.stepsInAll, 'batches')
  try {
    for (const callback of callbacks) await callback.onTrainBegin?.(run)
    for (const callback of callbacks) await callback.onResume?.(run)
    if (feed.rows !== undefined && callbacks.length === 0) {
      await trainUnwatched(run, watcher)
    } else {
      while (run.epoch < run.epochs && !run.stopping) await trainEpoch(run, watcher)
    }
    run.outcome = run.stopping ? 'stopped' : 'completed'
  } catch (error) {
    run.outcome = codeOf(error) === 'ERR_ABORTED' ? 'aborted' : 'failed'
    await tellEnd(run).catch(() => undefined)
    throw error
  }
  await tellEnd(run)
  watcher.finish(run.done)
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}

/** Tells every callback, also behind one that throws: they close files, and write what the run goes on from. */
async function tellEnd(run: TrainingRun): Promise<void> {
  const failures: unknown[] = []
  for (const callback of run.plan.callbacks) {
    try {
      await callback.onTrainEnd?.(run)
    } catch (error) {
      // What keeps checkpoints comes last, and keeps this one.
      run.outcome = 'failed'
      failures.push(error)
    }
  }
  if (failures.length > 0) throw failures[0]
}

/** Trains epoch after epoch where nobody wants to be told of any: the engine stops for the signal and progress alone. */
async function trainUnwatched(run: TrainingRun, watcher: Watch): Promise<void> {
  for (const part of run.plan.feed.parts(run.epoch, 0, undefined) as Iterable<FeedPart>) await run.bind(part)
  const total = run.stepsInAll
  const { validation: rows, run: spec } = run.plan
  const measured = rows && { rows, threads: spec.threads }
  while (run.epoch < run.epochs) {
    throwIfAborted(watcher)
    const left = total - run.done
    const rates = ratesOf(run, run.learningRate, Math.min(left, RATES))
    const result = await run.session.run(run, rates, STRETCH, measured)
    const evaluations = result.validation.values()
    let { steps } = result
    for (const totals of result.totals) {
      const taken = Math.min(steps, run.stepsPerEpoch - run.step)
      run.advance(taken, totals)
      steps -= taken
      if (run.step < run.stepsPerEpoch) continue
      endEpoch(run, { ...run.logs, ...validationLogs(run, evaluations.next().value) })
    }
    watcher.control.onStep?.(run.done)
  }
}

/** Trains the rest of an epoch, measures it, and tells the callbacks. */
async function trainEpoch(run: TrainingRun, watcher: Watch): Promise<void> {
  const { callbacks, feed } = run.plan
  const { epoch } = run
  if (!run.begun) {
    for (const callback of callbacks) await callback.onEpochBegin?.(epoch, run)
    run.rate = run.learningRate
    run.begun = true
  }
  const { signal } = watcher.control
  for await (const part of untilAborted(feed.parts(epoch, run.step, signal), signal)) {
    if (run.stopping) return
    await run.bind(part)
    while (run.step < part.end) {
      await trainStretch(run, part, watcher)
      if (run.stopping && run.step < part.end) return
    }
  }
  const logs = { ...run.logs, ...(await validate(run)) }
  endEpoch(run, logs)
  watcher.expect(run.stepsInAll)
  for (const callback of callbacks) await callback.onEpochEnd?.(epoch, logs, run)
}

function endEpoch(run: TrainingRun, logs: Record<string, number>): void {
  record(run.history, run.epoch, logs)
  run.nextEpoch()
}

/** Trains for about a tenth of a second, but not past the part's end or the next pause of a callback. */
async function trainStretch(run: TrainingRun, part: FeedPart, watcher: Watch): Promise<void> {
  const { callbacks } = run.plan
  throwIfAborted(watcher)
  const until = Math.min(...callbacks.map((callback) => nextPause(callback, run.step)), part.end)
  const rates = ratesOf(run, run.rate, Math.min(until - run.step, RATES))
  try {
    const from = { epoch: run.epoch, step: run.step - part.start }
    const { steps, totals } = await run.session.run(from, rates, STRETCH)
    for (const each of totals) run.advance(steps, each)
  } catch (error) {
    if (codeOf(error) === 'ERR_NOT_FINITE') tellNotFinite(run, callbacks)
    if (!run.stopping) throw error
    return
  }
  watcher.control.onStep?.(run.done)
  for (const callback of callbacks) await callback.onBatches?.(run)
}

function throwIfAborted({ control: { signal } }: Watch): void {
  if (signal?.aborted) throw abortError(signal)
}

function ratesOf(run: TrainingRun, rate: number, count: number): Float64Array {
  const { epoch, step, before, stepsPerEpoch } = run
  const at = { epoch, batch: before + step, step, stepsPerEpoch }
  return scheduledRates(rate, run.plan.optimizer.schedule, at, count)
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
  return validationLogs(run, await run.session.evaluate(validation, spec.threads, undefined))
}

function validationLogs(run: TrainingRun, sums: Totals | undefined): Record<string, number> {
  const logs: Record<string, number> = sums ? run.network.logsOf(sums) : {}
  return Object.fromEntries(Object.entries(logs).map(([metric, value]) => [asValidation(metric), value]))
}
