import { ownArray } from '../../realm.js'
import { unlessAborted } from '../../async/watch.js'
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
      return (measure === 'singularValues' ? ownArray(found) : found[0]) as never
    },
  }
}
