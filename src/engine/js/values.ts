import { plainError } from '../../errors.js'
import { writeRounded } from '../../math/half.js'
import type { FillJob, View } from '../law.js'

/** The float arrays that float laws fill. */
export type FloatView = Float32Array | Float64Array | Uint16Array

/** Narrows a job's output; float laws never fill integers. */
export function floatView(out: View): FloatView {
  if (out instanceof Float32Array || out instanceof Float64Array || out instanceof Uint16Array) return out
  throw plainError('ERR_INTERNAL', `a float law was asked to fill a ${out.constructor.name}`)
}

/** Copies literal values, rounded to f32 first for every type but f64. */
export function copyValues(values: Float64Array, view: FloatView, half: FillJob['half']): void {
  if (view instanceof Float64Array) view.set(values)
  else writeRounded(Float32Array.from(values), view, half)
}

/** Fills with one value, rounded to f32 first for every type but f64. */
export function fillConstant(value: number, job: FillJob, out: View): void {
  const view = floatView(out)
  if (view instanceof Float64Array) view.fill(value)
  else view.fill(roundedScalar(value, view, job.half))
}

/** A scalar as an element of `view`. */
export function roundedScalar(value: number, view: FloatView, half: FillJob['half']): number {
  const one =
    view instanceof Uint16Array
      ? new Uint16Array(1)
      : view instanceof Float64Array
        ? new Float64Array(1)
        : new Float32Array(1)
  if (one instanceof Float64Array) one[0] = value
  else writeRounded(Float32Array.of(value), one, half)
  return one[0] as number
}
