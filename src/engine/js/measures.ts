import type { Measures } from '../engine.js'
import { runInSlices } from '../slices.js'
import { orthogonalityError, orthogonalityErrorSteps, spectralNorm, spectralNormSteps } from './dense.js'
import { singularValues, singularValuesSteps } from './svd.js'

const STEPS = {
  spectralNorm: spectralNormSteps,
  singularValues: singularValuesSteps,
  orthogonalityError: orthogonalityErrorSteps,
}

/** Measures by loops, in slices where they are asked for later. */
export const jsMeasures: Measures = {
  spectralNorm,
  singularValues,
  orthogonalityError,
  later: (measure, w, rows, columns, { signal }) =>
    // Steps and results are listed under the same names.
    runInSlices(STEPS[measure](w.slice(), rows, columns) as Generator<number, never>, signal),
}
