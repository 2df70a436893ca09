import type { Watch, Control } from '../async/watch.js'
import { type FillJob, halfOf, type Law, type View } from '../engine/law.js'
import type { StreamKey } from '../math/stream.js'
import { crossingOf } from '../engine/crossing.js'
import type { Engine } from '../engine/engine.js'
import { seenSteps } from '../engine/seen.js'
import { runInSlices } from '../async/slices.js'
import { isWhole } from '../engine/whole.js'
import { checkEngine, pickEngine, type EngineName } from '../engine/select.js'
import { integer, present } from '../validate.js'
import type { Dtype } from './output.js'

/** Options of everything that computes. They change how long it takes, never the result. */
export interface WorkOptions {
  /** 'auto' takes the native engine where there is one. Default: `SYMBREAK_ENGINE`, else 'auto'. */
  engine?: EngineName | undefined
  /** Upper bound on threads, 1 to 1024. Default: `SYMBREAK_THREADS`, else the number of cores. */
  threads?: number | undefined
}

export const WORK_OPTIONS = ['engine', 'threads'] as const

/** A range of a law, ready to be filled: everything in it is checked. */
export interface Fill {
  readonly law: Law
  readonly stream: StreamKey
  readonly offset: number
  readonly view: View
  readonly dtype?: Dtype | undefined
  readonly engine?: EngineName | undefined
  readonly threads?: number | undefined
}

/** Checks the options of `WorkOptions`. */
export function readWork(options: Record<string, unknown>): Pick<Fill, 'engine' | 'threads'> {
  const { engine, threads } = options
  return {
    engine: engine === undefined ? undefined : checkEngine(engine),
    threads: threads === undefined ? undefined : integer(threads, 'threads', 1, 1024),
  }
}

/**
 * Checks the options of work on items of any kind, which is done in TypeScript whichever engine is asked for.
 *
 * @throws `ERR_INVALID_ARGUMENT`; `ERR_NATIVE_UNAVAILABLE` where the engine asked for isn't there
 */
export function checkWork(options: Record<string, unknown>): void {
  const { engine } = readWork(options)
  if (engine !== undefined) pickEngine(engine, Infinity)
}

/** The engine that does the work; refuses before anything is touched. */
export function engineOf(choice: EngineName | undefined, law: Law, view: View, dtype?: Dtype): Engine {
  return pickEngine(choice, view.length, view, crossingOf(law, dtype))
}

/** Fills the view at once. */
export function fillNow(fill: Fill, engine = engineOf(fill.engine, fill.law, fill.view, fill.dtype)): void {
  if (fill.view.length > 0) engine.fill(jobOf(fill), fill.view)
}

/** Fills the view without blocking the event loop. */
export async function fillLater(
  fill: Fill,
  { control, finish }: Watch,
  engine = engineOf(fill.engine, fill.law, fill.view, fill.dtype),
): Promise<void> {
  if (fill.view.length > 0) await fillPresent(engine, jobOf(fill), fill.view, control)
  finish()
}

/** Fills memory that may be taken away meanwhile, which is refused. */
export async function fillPresent(engine: Engine, job: FillJob, view: View, control: Control): Promise<void> {
  const { length } = view
  try {
    await engine.fillAsync(job, view, control)
  } finally {
    present(view, 'out', length)
  }
}

/** What `fillLater` fills a caller's array with can be made: none of it changes otherwise. */
export async function seenLater(fill: Fill, signal: AbortSignal | undefined): Promise<void> {
  // What is made as one piece is made before the first value is written.
  if (!isWhole(fill.law)) await runInSlices(seenSteps([{ job: jobOf(fill), out: fill.view }]), signal)
}

function jobOf({ law, stream, offset, dtype, threads }: Fill): FillJob {
  return { law, stream, offset, threads, half: halfOf(dtype) }
}
