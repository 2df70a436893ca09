import { abortError } from '../../errors.js'
import type { Measures } from '../engine.js'
import { jsMeasures } from '../js/measures.js'
import type { Addon } from './addon.js'
import { translated } from './errors.js'
import { watched } from './watch.js'

/** Measures by nalgebra; of doubles, which no tensor that is trained has, by the loops of the TypeScript engine. */
export function nativeMeasures(addon: Addon): Measures {
  return {
    now(measure, w, rows, columns) {
      if (w instanceof Float64Array) return jsMeasures.now(measure, w, rows, columns)
      const found = translated(() => addon.measureNow(measure, w, rows, columns))
      return (measure === 'singularValues' ? Float64Array.from(found) : found[0]) as never
    },
    async later(measure, w, rows, columns, control) {
      if (w instanceof Float64Array) return jsMeasures.later(measure, w, rows, columns, control)
      const { signal } = control
      const found = await watched(addon, { signal }, () =>
        // nalgebra goes on to its end; nobody waits for it, or gets what it found.
        unlessAborted(addon.measure(measure, w, rows, columns), signal),
      )
      return (measure === 'singularValues' ? found : found[0]) as never
    },
  }
}

/** The result, or the signal's error as soon as it is aborted. */
async function unlessAborted<T>(result: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return result
  let stop: () => void = () => undefined
  const aborted = new Promise<never>((_, reject) => (stop = () => reject(abortError(signal))))
  signal.addEventListener('abort', stop, { once: true })
  return Promise.race([result, aborted]).finally(() => signal.removeEventListener('abort', stop))
}
