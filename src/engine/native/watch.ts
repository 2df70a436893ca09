import { abortError } from '../../errors.js'
import type { Control } from '../engine.js'
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
  const timer = onStep === undefined ? undefined : setInterval(() => onStep(token.done), LOOK)
  try {
    return await call(token)
  } catch (error) {
    if (signal?.aborted) throw abortError(signal)
    throw translate(error)
  } finally {
    clearInterval(timer)
    signal?.removeEventListener('abort', cancel)
  }
}
