import { abortError, wrongType } from '../errors.js'
import { readOptions } from '../validate.js'
import { now, runInSlices } from './slices.js'

/** How asynchronous work is watched and stopped. */
export interface Control {
  /** Stops the work: the promise is rejected with `ERR_ABORTED`. */
  readonly signal?: AbortSignal | undefined
  /** Told how many elements (or bytes) are done; the caller limits how often it passes this on. */
  readonly onStep?: ((done: number) => void) | undefined
}

/** How far asynchronous work has come. */
export interface Progress {
  /** Units done so far. */
  done: number
  /** Units in all. */
  total: number
  /** What is counted: 'elements', 'bytes', 'steps', ... */
  unit: string
  /** Milliseconds since the start. */
  elapsedMs: number
}

/** Options of every asynchronous form. */
export interface AsyncOptions {
  /** Stops the work: the promise is rejected with `ERR_ABORTED`. */
  signal?: AbortSignal | undefined
  /** Told how far the work has come: at most 10 times a second, and once at the end. */
  onProgress?: ((progress: Progress) => void) | undefined
}

/** Names of the options that `watch` reads. */
export const ASYNC_OPTIONS = ['signal', 'onProgress'] as const

/** Milliseconds between two reports. */
const INTERVAL = 100

/** Work being watched: what it is told, and what is called once all is done. */
export interface Watch {
  readonly control: Control
  /** Corrects the total, where it is found out on the way. */
  expect(total: number): void
  /** Reports the end. */
  finish(done?: number): void
}

/**
 * Checks `signal` and `onProgress` and starts the clock.
 *
 * @throws `ERR_INVALID_ARGUMENT`; `ERR_ABORTED` where the signal is aborted already.
 */
export function watch(options: Record<string, unknown>, expected: number, unit: string): Watch {
  const signal = signalOf(options)
  const onProgress = checkCallback(options['onProgress'])
  if (signal?.aborted) throw abortError(signal)
  const nothing = () => undefined
  if (onProgress === undefined) return { control: { signal }, expect: nothing, finish: nothing }
  const start = now()
  let reported = start
  let total = expected
  const report = (done: number, time: number) =>
    onProgress({ done, total: Math.max(total, done), unit, elapsedMs: time - start })
  const onStep = (done: number) => {
    const time = now()
    if ((done >= total && total > 0) || time - reported < INTERVAL) return
    reported = time
    report(done, time)
  }
  const expect = (value: number) => void (total = value)
  const finish = (done = total) => report(done, now())
  return { control: { signal, onStep }, expect, finish }
}

/**
 * An asynchronous call that counts as one unit: reads its options and those of `AsyncOptions`.
 *
 * @throws as `readOptions` and `watch`; what the work throws
 */
export async function oneCall<T>(
  options: unknown,
  names: readonly string[],
  work: (record: Record<string, unknown>, control: Control) => Promise<T>,
): Promise<T> {
  const record = readOptions(options, [...names, ...ASYNC_OPTIONS])
  const { control, finish } = watch(record, 1, 'calls')
  const result = await work(record, control)
  finish()
  return result
}

/** As `oneCall`, of work that is steps in TypeScript. */
export function inSlices<T>(
  options: unknown,
  names: readonly string[],
  steps: (record: Record<string, unknown>) => Generator<number, T>,
): Promise<T> {
  return oneCall(options, names, async (record, { signal }) => runInSlices(steps(record), signal))
}

/**
 * The `signal` among a call's options.
 *
 * @throws `ERR_INVALID_ARGUMENT`
 */
export function signalOf({ signal: value }: Record<string, unknown>): AbortSignal | undefined {
  if (value === undefined) return undefined
  if (isSignal(value)) return value
  throw wrongType('signal', 'an AbortSignal', value)
}

/** By what it can do: a signal may come from another realm. A proxy's traps may throw. */
function isSignal(value: unknown): value is AbortSignal {
  try {
    const { aborted, addEventListener } = value as Partial<AbortSignal>
    return typeof aborted === 'boolean' && typeof addEventListener === 'function'
  } catch {
    return false
  }
}

function checkCallback(value: unknown): ((progress: Progress) => void) | undefined {
  if (value === undefined || typeof value === 'function')
    return value as ((progress: Progress) => void) | undefined
  throw wrongType('onProgress', 'a function', value)
}

/** The result, or the signal's error as soon as it is aborted: who works on it may not be stopped. */
export async function unlessAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return result
  if (signal.aborted) {
    result.catch(() => undefined)
    throw abortError(signal)
  }
  const { aborted, forget } = abortOf(signal)
  return Promise.race([result, aborted]).finally(forget)
}

/** `aborted` is rejected once the signal is; to be raced until `forget`. */
export function abortOf(signal: AbortSignal): { aborted: Promise<never>; forget: () => void } {
  let stop: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => (stop = () => reject(abortError(signal))))
  // Nobody may be waiting when it comes.
  aborted.catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  return { aborted, forget: () => signal.removeEventListener('abort', stop) }
}
