import { fromBf16, fromF16, toBf16, toF16 } from '../math/half.js'
import type { Dtype } from '../engine/law.js'

const single = new Float32Array(1)
const singleBits = new Uint32Array(single.buffer)
const double = new Float64Array(1)
const doubleBits = new BigInt64Array(double.buffer)

/** The smallest value of a type that is at least `x`; Infinity where there is no finite one. */
export function ceilTo(x: number, dtype: Dtype): number {
  if (dtype === 'F64' || !Number.isFinite(x)) return x
  if (dtype === 'F32') return Math.fround(x) >= x ? Math.fround(x) : nextAbove(Math.fround(x), 'F32')
  const [to, from] = dtype === 'F16' ? [toF16, fromF16] : [toBf16, fromBf16]
  const half = to(x)
  return from(half) >= x ? from(half) : from(nextBits(half, 0x8000))
}

/** The smallest value of a type above the value `x` of it. */
export function nextAbove(x: number, dtype: 'F32' | 'F64'): number {
  if (x === Infinity) return x
  if (dtype === 'F32') {
    single[0] = x
    singleBits[0] = nextBits(singleBits[0] as number, 0x8000_0000)
    return single[0]
  }
  double[0] = x + 0
  doubleBits[0] = (doubleBits[0] as bigint) + (x >= 0 ? 1n : -1n)
  return double[0]
}

/** Bits of the next value up, for a format whose sign bit is `sign`. */
function nextBits(bits: number, sign: number): number {
  if (bits === sign) return 1
  return bits >= sign ? bits - 1 : bits + 1
}
