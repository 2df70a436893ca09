import { abortError } from '../errors.js'

/** The items; once the signal is aborted, one that does not come is no longer waited for. */
export async function* untilAborted<T>(
  items: AsyncIterable<T> | Iterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  if (signal?.aborted) throw abortError(signal)
  if (signal === undefined || !(Symbol.asyncIterator in items)) return yield* items
  let stop: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => (stop = () => reject(abortError(signal))))
  aborted.catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  const iterator = items[Symbol.asyncIterator]()
  try {
    for (;;) {
      const item = await Promise.race([iterator.next(), aborted])
      if (item.done) return
      yield item.value
    }
  } finally {
    signal.removeEventListener('abort', stop)
    // What hangs can't be closed either.
    const closed = iterator.return?.(undefined)
    closed?.catch(() => undefined)
    if (!signal.aborted) await closed
  }
}
