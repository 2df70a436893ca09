/** Reading bits, Horner's rule and neighbours. `f` rounds to f32. */
export const f = Math.fround
export const M32 = 0xffffffffn
export const buffer = new DataView(new ArrayBuffer(8))

/** The f32 with these bits. */
export function hex(text) {
  buffer.setUint32(0, parseInt(text, 16))
  return buffer.getFloat32(0)
}
export const constants = (text) => text.split(' ').map(hex)

export function bits32(x) {
  buffer.setFloat32(0, x)
  return buffer.getUint32(0)
}
export function bits64(x) {
  buffer.setFloat64(0, x)
  return buffer.getBigUint64(0)
}
export function fromBits64(bits) {
  buffer.setBigUint64(0, bits)
  return buffer.getFloat64(0)
}

/** P(c, x) in f32 and in f64. */
export const P = (c, x) => c.slice(0, -1).reduceRight((sum, ck) => f(f(sum * x) + ck), c.at(-1))
export const P64 = (c, x) => c.reduceRight((sum, ck) => sum * x + ck, 0)

export function below32(x) {
  if (x === 0) return -(2 ** -149)
  buffer.setFloat32(0, x)
  buffer.setInt32(0, buffer.getInt32(0) + (x > 0 ? -1 : 1))
  return buffer.getFloat32(0)
}
export function below64(x) {
  if (x === -Infinity) return x
  if (x === 0) return -(2 ** -1074)
  return fromBits64(bits64(x) + (x > 0 ? -1n : 1n))
}
export const above64 = (x) => -below64(-x)

/** The largest f32 below an f64. */
export function strictlyBelow32(x) {
  const nearest = f(x)
  if (nearest < x) return nearest
  return nearest === Infinity ? hex('7f7fffff') : below32(nearest)
}
