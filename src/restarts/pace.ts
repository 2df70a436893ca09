import { now } from '../async/slices.js'
import { runSome } from '../runner/local.js'
import type { RunOptions } from '../runner/batch.js'

/** Does one piece of work on at most so many threads. */
type Work = (index: number, threads: number, signal: AbortSignal) => Promise<void>

/**
 * Does `count` pieces of work of about the same size on `cores` threads: one a thread, or one after the other on all
 * threads, whichever the first few show to be faster. Large networks fall out of the caches side by side; threads
 * inside a small one wait for each other. Either way the results are the same.
 */
export async function runPaced(
  count: number,
  cores: number,
  { signal, onDone }: RunOptions,
  work: Work,
): Promise<void> {
  let done = 0
  /** Milliseconds a piece. */
  const run = async (end: number, threads: number): Promise<number> => {
    const indices = Array.from({ length: Math.max(0, end - done) }, (_, i) => done + i)
    const before = done
    const start = now()
    const told = (more: number) => {
      done = before + more
      onDone?.(done)
    }
    await runSome(indices, cores / threads, { signal, onDone: told }, (i, stop) => work(i, threads, stop))
    return (now() - start) / indices.length
  }
  if (cores === 1) return void (await run(count, 1))
  const apart = await run(Math.min(cores, count), 1)
  const together = await run(Math.min(cores + 1, count), cores)
  await run(count, apart <= together ? 1 : cores)
}
