/**
 * Rounding f32 values to 16 bits, to nearest with ties to even, by integer operations on the bits.
 */
const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** Bits of the binary16 nearest to the f32 value. */
export function toF16(value: number): number {
  float[0] = value
  const u = bits[0] as number
  const sign = (u >>> 16) & 0x8000
  const x = u & 0x7fffffff
  if (x > 0x7f800000) return sign | 0x7e00
  if (x >= 0x47800000) return sign | 0x7c00
  if (x < 0x38800000) return sign | subnormal(x)
  return sign | ((x - 0x38000000 + 0xfff + ((x >>> 13) & 1)) >>> 13)
}

/** Magnitudes below 2^-14 are whole multiples of 2^-24, the sum with 1.5 * 2^52 rounds to them. */
function subnormal(x: number): number {
  bits[0] = x
  const scaled = (float[0] as number) * 16777216
  return scaled + 6755399441055744 - 6755399441055744
}

/** Bits of the bfloat16 nearest to the f32 value. */
export function toBf16(value: number): number {
  float[0] = value
  const u = bits[0] as number
  if ((u & 0x7fffffff) > 0x7f800000) return (u >>> 16) | 0x40
  return (u + 0x7fff + ((u >>> 16) & 1)) >>> 16
}

/** The value of binary16 bits. */
export function fromF16(half: number): number {
  const sign = half & 0x8000 ? -1 : 1
  const exponent = (half >>> 10) & 31
  const mantissa = half & 0x3ff
  if (exponent === 0) return sign * mantissa * 2 ** -24
  if (exponent === 31) return mantissa ? NaN : sign * Infinity
  return sign * (mantissa + 1024) * 2 ** (exponent - 25)
}

/** The value of bfloat16 bits. */
export function fromBf16(half: number): number {
  bits[0] = half << 16
  return float[0] as number
}

/** Writes f32 values to an array of any float type, rounding once; `half` tells what a Uint16Array holds. */
export function writeRounded(
  values: Float32Array,
  out: Float32Array | Float64Array | Uint16Array,
  half: 'F16' | 'BF16' | undefined,
): void {
  if (!(out instanceof Uint16Array)) {
    out.set(values)
    return
  }
  const round = half === 'BF16' ? toBf16 : toF16
  for (let i = 0; i < values.length; i++) out[i] = round(values[i] as number)
}
