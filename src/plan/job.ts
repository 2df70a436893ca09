import { type FillJob, halfOf } from '../engine/law.js'
import type { ResolvedPlannedTensor } from './tensor.js'

/** The whole of a tensor as a job. */
export function jobOf({ law, stream, dtype }: ResolvedPlannedTensor, threads: number | undefined): FillJob {
  return { law, stream, offset: 0, threads, half: halfOf(dtype) }
}
