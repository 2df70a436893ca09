import { abortError } from '../errors.js'
import type { Json } from '../initializers/types.js'
import { integer, readOptions } from '../validate.js'
import type { Batch, Runner, RunOptions } from './batch.js'

/**
 * Runs jobs in this process.
 *
 * @param options - `parallel`: jobs at once, 1 where it is not given; results never depend on it
 * @throws `ERR_INVALID_ARGUMENT`
 */
export function localRunner(options?: { parallel?: number | undefined }): Runner {
  const { parallel = 1 } = readOptions(options, ['parallel'])
  const width = integer(parallel, 'parallel', 1)
  return {
    async run<Result extends Json>(batch: Batch<Result>, control: RunOptions = {}): Promise<Result[]> {
      const results = new Array<Result>(batch.items.length)
      await runSome(
        batch.items.map((_, index) => index),
        width,
        control,
        async (index, signal) => {
          results[index] = await batch.run(index, { signal })
        },
      )
      return results
    },
  }
}

/**
 * Does `work` for each index, at most `width` at a time. The first failure stops the others, and is thrown when they
 * have ended.
 */
export async function runSome(
  indices: readonly number[],
  width: number,
  { signal, onDone }: RunOptions,
  work: (index: number, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (signal?.aborted) throw abortError(signal)
  const failure = new AbortController()
  const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal])
  const waiting = indices.values()
  let done = 0
  const lane = async () => {
    for (const index of waiting) {
      if (stop.aborted) break
      await work(index, stop)
      done++
      onDone?.(done)
    }
  }
  const lanes = Array.from({ length: Math.min(width, indices.length) }, () =>
    lane().catch((error: unknown) => {
      if (!stop.aborted) failure.abort(error)
    }),
  )
  await Promise.all(lanes)
  if (signal?.aborted) throw abortError(signal)
  if (failure.signal.aborted) throw failure.signal.reason
}
