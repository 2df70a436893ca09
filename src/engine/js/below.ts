const single = new Float32Array(1)
const singleBits = new Int32Array(single.buffer)
const double = new Float64Array(1)
const doubleBits = new Uint32Array(double.buffer)

/** The largest f32 below a finite f32. */
export function belowF32(x: number): number {
  single[0] = x
  const bits = singleBits[0] as number
  if (x === 0) singleBits[0] = 0x80000001 | 0
  else singleBits[0] = x > 0 ? bits - 1 : bits + 1
  return single[0]
}

/** The largest f64 below x. */
export function belowF64(x: number): number {
  if (x === -Infinity) return x
  if (x === 0) return -Number.MIN_VALUE
  double[0] = x
  const low = doubleBits[0] as number
  doubleBits[0] = x > 0 ? low - 1 : low + 1
  if (x > 0 && low === 0) doubleBits[1] = (doubleBits[1] as number) - 1
  if (x < 0 && low === 0xffffffff) doubleBits[1] = (doubleBits[1] as number) + 1
  return double[0]
}
