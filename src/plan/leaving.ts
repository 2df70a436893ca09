/**
 * An asynchronous generator whose work in hand stops when its reader leaves (a destroyed stream, an aborted pipeline),
 * instead of going on until the next value is there.
 *
 * @param signal - the caller's own, which stops the work too
 * @param make - the generator, given the signal that it has to obey
 */
export function stopsWithReader<T>(
  signal: AbortSignal | undefined,
  make: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>,
): AsyncGenerator<T, void, undefined> {
  const controller = new AbortController()
  const stop = (): void => controller.abort(signal?.reason)
  if (signal?.aborted) stop()
  signal?.addEventListener('abort', stop, { once: true })
  const forget = (): void => signal?.removeEventListener('abort', stop)
  const inner = make(controller.signal)
  const leave = <Result>(end: () => Promise<Result>): Promise<Result> => {
    forget()
    controller.abort()
    return end()
  }
  const outer = {
    next: () => {
      const item = inner.next()
      item.then(({ done }) => done && forget(), forget)
      return item
    },
    return: (value: void | PromiseLike<void>) => leave(() => inner.return(value)),
    throw: (error: unknown) => leave(() => inner.throw(error)),
    [Symbol.asyncIterator]: () => outer,
  }
  return outer as AsyncGenerator<T, void, undefined>
}
