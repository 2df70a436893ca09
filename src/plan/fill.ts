import type { Engine, Fill } from '../engine/engine.js'
import type { Control } from '../async/watch.js'
import { finished } from '../async/steps.js'
import { seenSteps } from '../engine/seen.js'
import { pickEngine } from '../engine/select.js'
import { runInSlices } from '../async/slices.js'
import { fillPresent, type WorkOptions } from '../random/fill.js'
import { jobOf } from './job.js'
import type { PlanArray } from './memory.js'
import type { ResolvedPlannedTensor } from './tensor.js'

/** A tensor's memory, and who fills it with what. */
export interface PlannedFill extends Fill {
  readonly engine: Engine
}

export function fillOf(
  tensor: ResolvedPlannedTensor,
  view: PlanArray,
  { engine, threads }: WorkOptions,
): PlannedFill {
  return { engine: pickEngine(engine, view.length, view), job: jobOf(tensor, threads), out: view }
}

/** Fills at once; each engine its own together. */
export function fillAll(fills: readonly PlannedFill[]): void {
  for (const engine of new Set(fills.map((fill) => fill.engine)))
    engine.fillMany(fills.filter((fill) => fill.engine === engine))
}

/** Fills one after another, without blocking the event loop. */
export async function fillAllAsync(fills: readonly PlannedFill[], control: Control): Promise<void> {
  let done = 0
  for (const { engine, job, out } of fills) {
    const before = done
    const { length } = out
    await fillPresent(engine, job, out, { ...control, onStep: (n) => control.onStep?.(before + n) })
    done += length
  }
}

/** As `fillAll`, of the caller's memory: none of it changes unless all values can be made. */
export function fillGiven(fills: readonly PlannedFill[]): void {
  finished(seenSteps(fills))
  fillAll(fills)
}

/** As `fillGiven`, without blocking the event loop. */
export async function fillGivenAsync(fills: readonly PlannedFill[], control: Control): Promise<void> {
  await runInSlices(seenSteps(fills), control.signal)
  await fillAllAsync(fills, control)
}
