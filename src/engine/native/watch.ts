import { abortError } from '../../errors.js'
import type { Control } from '../../async/watch.js'
import type { Addon } from './addon.js'
import { translate } from './errors.js'

/** Milliseconds between looks at a running call's progress. */
const LOOK = 50

type Token = InstanceType<Addon['CancelToken']>

/**
 * Runs an asynchronous native call under a control: the signal cancels its token, and a timer reports its progress
 * (no native thread ever calls into JavaScript).
 *
 * @throws `ERR_ABORTED` with the signal's reason as its cause.
 */
export async function watched<T>(
  addon: Addon,
  control: Control,
  call: (token: Token) => Promise<T>,
): Promise<T> {
  const { signal, onStep } = control
  if (signal?.aborted) throw abortError(signal)
  const token = new addon.CancelToken()
  const cancel = (): void => token.cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  // What the caller's own function throws stops the work, and is what the promise is rejected with.
  let thrown: { error: unknown } | undefined
  const look = (): void => {
    try {
      onStep?.(token.done)
    } catch (error) {
      thrown ??= { error }
      cancel()
    }
  }
  const timer = onStep === undefined ? undefined : setInterval(look, LOOK)
  try {
    const result = await call(token)
    if (thrown === undefined) return result
  } catch (error) {
    if (thrown !== undefined) throw thrown.error
    if (signal?.aborted) throw abortError(signal)
    throw translate(error)
  } finally {
    clearInterval(timer)
    signal?.removeEventListener('abort', cancel)
  }
  throw thrown.error
}
