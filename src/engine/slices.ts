import { abortError } from '../errors.js'

/** Milliseconds that the TypeScript engine works before it lets the event loop run. */
const SLICE = 8

interface Timers {
  readonly setImmediate?: (callback: () => void) => void
  readonly setTimeout?: (callback: () => void, milliseconds: number) => void
  readonly performance?: { now(): number }
}

const timers = globalThis as Timers

/** Milliseconds of a monotonic clock, or 0 where there is none (then nothing is sliced). */
export function now(): number {
  return timers.performance?.now() ?? 0
}

/** Lets pending events run; at once where the runtime has no timers. */
export function breathe(): Promise<void> {
  const { setImmediate, setTimeout } = timers
  if (setImmediate !== undefined) return new Promise((resolve) => setImmediate(resolve))
  if (setTimeout !== undefined) return new Promise((resolve) => setTimeout(resolve, 0))
  return Promise.resolve()
}

/**
 * Runs `steps` in time slices: each yielded number is the amount of work done so far.
 *
 * @returns what the steps return
 * @throws `ERR_ABORTED` once `signal` is aborted; the work stops at its next step.
 */
export async function runInSlices<T>(
  steps: Generator<number, T>,
  signal: AbortSignal | undefined,
  onStep?: ((done: number) => void) | undefined,
): Promise<T> {
  const rest = async (): Promise<number> => {
    if (signal?.aborted) throw abortError(signal)
    await breathe()
    if (signal?.aborted) throw abortError(signal)
    return now() + SLICE
  }
  let until = await rest()
  let step = steps.next()
  for (; !step.done; step = steps.next()) {
    if (now() < until) continue
    onStep?.(step.value)
    until = await rest()
  }
  if (signal?.aborted) throw abortError(signal)
  return step.value
}
