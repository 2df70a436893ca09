import { abortError } from '../errors.js'

/** Milliseconds that work in TypeScript goes on before it lets the event loop run. */
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

/** A slice of time for work, after which the event loop should run. */
export class Slice {
  #end = now() + SLICE

  get isOver(): boolean {
    return now() >= this.#end
  }

  /** Lets the event loop run, and begins anew. */
  async rest(): Promise<void> {
    await breathe()
    this.#end = now() + SLICE
  }

  /** What the steps return; at once, unless the slice is over at one of them. */
  finish<T>(steps: Generator<unknown, T>): T | Promise<T> {
    for (;;) {
      const step = steps.next()
      if (step.done) return step.value
      if (this.isOver) return this.rest().then(() => this.finish(steps))
    }
  }
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
  const slice = new Slice()
  const rest = async (): Promise<void> => {
    if (signal?.aborted) throw abortError(signal)
    await slice.rest()
    if (signal?.aborted) throw abortError(signal)
  }
  await rest()
  let step = steps.next()
  for (; !step.done; step = steps.next()) {
    if (!slice.isOver) continue
    onStep?.(step.value)
    await rest()
  }
  if (signal?.aborted) throw abortError(signal)
  return step.value
}
