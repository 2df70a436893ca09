import { plainError } from '../../errors.js'
import type { FillJob, View } from '../law.js'
import { fillDiagonal } from './diagonal.js'
import { fillBernoulli, fillIntegers } from './integers.js'
import { fillNormal } from './normal.js'
import { fillUniform } from './uniform.js'
import { copyValues, fillConstant, floatView } from './values.js'

/** Fills `out` with the job's range of an elementwise law, from element `job.offset` on. */
export function fillElements(job: FillJob, out: View): void {
  const { law, stream, offset } = job
  switch (law.kind) {
    case 'constant':
      return fillConstant(law.value, job, out)
    case 'values':
      return copyValues(law.data, job, out)
    case 'diagonal':
      return fillDiagonal(law, job, out)
    case 'bernoulli':
      return fillBernoulli(out as Uint8Array, stream, offset, law.p)
    case 'integers':
      return fillIntegers(out as Int32Array, stream, offset, law.low, law.high)
    case 'uniform':
      return fillUniform(floatView(out) as Float32Array, stream, offset, law.low, law.high)
    case 'normal':
      return fillNormal(floatView(out) as Float32Array, stream, offset, law.mean, law.stddev)
    default:
      throw plainError('ERR_INTERNAL', `${law.kind} is not made element by element`)
  }
}
