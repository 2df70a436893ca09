import { plainError } from '../../errors.js'
import type { StreamKey } from '../../math/stream.js'
import { finished } from '../../async/steps.js'
import type { EmbeddingLaw, FillJob, Law, View } from '../law.js'
import { fillDiagonal } from './diagonal.js'
import { fillHalf } from './half-range.js'
import { fillBernoulli, fillIntegers } from './integers.js'
import { fillNormal } from './normal.js'
import { fillNormalF64 } from './normal-f64.js'
import { fillTruncatedF64 } from './truncated/double.js'
import { fillTruncated } from './truncated/index.js'
import { fillUniform, fillUniformF64 } from './uniform.js'
import { copyValues, fillConstant, floatView, type FloatView } from './values.js'

/** Fills `out` with the job's range of an elementwise law, from element `job.offset` on. */
export function fillElements(job: FillJob, out: View): void {
  const { law, stream, offset } = job
  switch (law.kind) {
    case 'constant':
      return fillConstant(law.value, job, out)
    case 'values': {
      const view = floatView(out)
      return copyValues(finished(law.make(offset, view.length)), view, job.half)
    }
    case 'diagonal':
      return fillDiagonal(law, job, out)
    case 'bernoulli':
      return fillBernoulli(out as Uint8Array, stream, offset, law.p)
    case 'integers':
      return fillIntegers(out as Int32Array, stream, offset, law.low, law.high)
    case 'embedding':
      return fillEmbedding(law, job, floatView(out))
    default:
      return fillFloats(job, floatView(out))
  }
}

function fillEmbedding(law: EmbeddingLaw, job: FillJob, out: FloatView): void {
  fillFloats({ ...job, law: { ...law, kind: 'normal' } }, out)
  const place = (element: number) => Math.max(0, element - job.offset)
  out.fill(0, place(law.start), place(law.end))
}

function fillFloats(job: FillJob, out: FloatView): void {
  const { law, stream, offset } = job
  if (out instanceof Float32Array) return fillF32(law, stream, offset, out)
  if (out instanceof Uint16Array) {
    return fillHalf(law, job.half ?? 'F16', out, (values, start) =>
      fillF32(law, stream, offset + start, values),
    )
  }
  fillF64(law, stream, offset, out)
}

function fillF32(law: Law, stream: StreamKey, offset: number, out: Float32Array): void {
  switch (law.kind) {
    case 'uniform':
      return fillUniform(out, stream, offset, law.low, law.high)
    case 'normal':
      return fillNormal(out, stream, offset, law.mean, law.stddev)
    case 'truncated':
      return fillTruncated(out, stream, offset, law)
    default:
      throw plainError('ERR_INTERNAL', `${law.kind} is not made element by element`)
  }
}

function fillF64(law: Law, stream: StreamKey, offset: number, out: Float64Array): void {
  switch (law.kind) {
    case 'uniform':
      return fillUniformF64(out, stream, offset, law.low, law.high)
    case 'normal':
      return fillNormalF64(out, stream, offset, law.mean, law.stddev)
    case 'truncated':
      return fillTruncatedF64(out, stream, offset, law)
    default:
      throw plainError('ERR_INTERNAL', `${law.kind} is not made element by element`)
  }
}
