import type { DiagonalLaw, FillJob, View } from '../law.js'
import { floatView, roundedScalar } from './values.js'

/** Fills a range of zeros with one value on diagonals. */
export function fillDiagonal(law: DiagonalLaw, job: FillJob, out: View): void {
  const view = floatView(out)
  const { start, stride, count, groups, groupStride } = law
  const value = roundedScalar(law.gain, view, job.half)
  const end = job.offset + view.length
  view.fill(0)
  for (let g = 0; g < groups; g++) {
    const first = start + g * groupStride
    const skip = Math.max(0, Math.ceil((job.offset - first) / stride))
    const past = Math.min(count, Math.max(0, Math.ceil((end - first) / stride)))
    for (let d = skip; d < past; d++) view[first + d * stride - job.offset] = value
  }
}
