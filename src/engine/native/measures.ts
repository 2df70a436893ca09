import type { Measures } from '../engine.js'
import { orthogonalityError, spectralNorm } from '../js/dense.js'
import { singularValues } from '../js/svd.js'
import type { Addon } from './addon.js'
import { translated } from './errors.js'

/** Measures by nalgebra; of doubles, which no tensor that is trained has, by the loops of the TypeScript engine. */
export function nativeMeasures(addon: Addon): Measures {
  return {
    spectralNorm: (w, rows, columns) =>
      w instanceof Float64Array
        ? spectralNorm(w, rows, columns)
        : translated(() => addon.spectralNorm(w, rows, columns)),
    singularValues: (w, rows, columns) =>
      w instanceof Float64Array
        ? singularValues(w, rows, columns)
        : translated(() => addon.singularValues(w, rows, columns)),
    orthogonalityError: (w, rows, columns) =>
      w instanceof Float64Array
        ? orthogonalityError(w, rows, columns)
        : translated(() => addon.orthogonalityError(w, rows, columns)),
  }
}
