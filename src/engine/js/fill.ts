import { plainError, rangeError } from '../../errors.js'
import type { FillJob, Law, StreamKey, View } from '../law.js'
import { fillDiagonal } from './diagonal.js'
import { fillHalf } from './half-range.js'
import { fillBernoulli, fillIntegers } from './integers.js'
import { fillNormal } from './normal.js'
import { fillTruncated } from './truncated/index.js'
import { eachDraw, u53 } from './u53.js'
import { fillUniform } from './uniform.js'
import { copyValues, fillConstant, floatView, type FloatView } from './values.js'

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
    default:
      return fillFloats(job, floatView(out))
  }
}

function fillFloats(job: FillJob, out: FloatView): void {
  const { law, stream, offset } = job
  if (out instanceof Float32Array) return fillF32(law, stream, offset, out)
  if (out instanceof Uint16Array) {
    return fillHalf(law, job.half ?? 'F16', out, (values, start) => fillF32(law, stream, offset + start, values))
  }
  if (law.kind === 'uniform') return fillUniformF64(out, stream, offset, law.low, law.high)
  throw rangeError('ERR_INVALID_ARGUMENT', 'the law has no form in this element type')
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

const float = new Float64Array(1)
const bits = new BigInt64Array(float.buffer)

/** The largest f64 below a finite f64. */
function nextBelow(x: number): number {
  float[0] = x
  if (x === 0) return -Number.MIN_VALUE
  bits[0] = (bits[0] as bigint) + (x > 0 ? -1n : 1n)
  return float[0]
}

/** Fills `out` with `low + (high - low) u53(i)` in f64, below `high` whatever the rounding. */
function fillUniformF64(out: Float64Array, stream: StreamKey, offset: number, low: number, high: number): void {
  const width = high - low
  const cap = low < high ? nextBelow(high) : low
  eachDraw(stream, offset, out.length, (k, hi, lo) => {
    const value = low + width * u53(hi, lo)
    out[k - offset] = value < cap ? value : cap
  })
}
