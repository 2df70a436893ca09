import { abortError } from '../errors.js'
import { abortOf } from '../async/watch.js'

/** The items; once the signal is aborted, one that does not come is no longer waited for. */
export async function* untilAborted<T>(
  items: AsyncIterable<T> | Iterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  if (signal?.aborted) throw abortError(signal)
  if (signal === undefined || !(Symbol.asyncIterator in items)) return yield* items
  const { aborted, forget } = abortOf(signal)
  const iterator = items[Symbol.asyncIterator]()
  try {
    for (;;) {
      const item = await Promise.race([iterator.next(), aborted])
      if (item.done) return
      yield item.value
    }
  } finally {
    forget()
    // What hangs can't be closed either.
    const closed = iterator.return?.(undefined)
    closed?.catch(() => undefined)
    if (!signal.aborted) await closed
  }
}
