import { runInSlices } from '../../async/slices.js'
import { orthogonalityErrorSteps, spectralNormSteps } from '../../math/dense.js'
import { finished, type Steps } from '../../async/steps.js'
import { singularValuesSteps } from '../../math/svd.js'
import type { Measured, Measures, Weights } from '../engine.js'

const STEPS: {
  readonly [K in keyof Measured]: (w: Weights, rows: number, columns: number) => Steps<Measured[K]>
} = {
  spectralNorm: spectralNormSteps,
  singularValues: singularValuesSteps,
  orthogonalityError: orthogonalityErrorSteps,
}

/** Measures by loops, in slices where they are asked for later. */
export const jsMeasures: Measures = {
  now: (measure, ...matrix) => finished(STEPS[measure](...matrix)),
  later: (measure, w, rows, columns, { signal }) =>
    runInSlices(STEPS[measure](w.slice(), rows, columns), signal),
}
