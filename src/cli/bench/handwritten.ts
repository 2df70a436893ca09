/**
 * What the samplers are measured against: the loops that a careful programmer writes by hand. All state in local
 * variables, no allocation, no calls into a library; xoshiro128++ (Blackman and Vigna, 2021) as the generator.
 */

const TWO_PI = 2 * Math.PI
const STEP = 2 ** -24

/** Uniform on [low, high). */
export function fillUniform(out: Float32Array, low = 0, high = 1): void {
  let a = 1
  let b = 2
  let c = 3
  let d = 4
  const scale = (high - low) * STEP
  for (let i = 0; i < out.length; i++) {
    const s = (a + d) | 0
    const word = (((s << 7) | (s >>> 25)) + a) | 0
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    out[i] = low + (word >>> 8) * scale
  }
}

/** Normal by Box and Muller (1958), two values from two uniforms. */
export function fillNormal(out: Float32Array, stddev = 1): void {
  fillUniform(out)
  for (let i = 0; i + 1 < out.length; i += 2) {
    const radius = stddev * Math.sqrt(-2 * Math.log(1 - (out[i] as number)))
    const angle = TWO_PI * (out[i + 1] as number)
    out[i] = radius * Math.cos(angle)
    out[i + 1] = radius * Math.sin(angle)
  }
}

/** Normal cut at `bound` standard deviations by rejection, from blocks of normals. */
export function fillTruncated(out: Float32Array, stddev = 1, bound = 2): void {
  const block = new Float32Array(4096)
  const limit = bound * stddev
  let used = block.length
  for (let i = 0; i < out.length;) {
    if (used === block.length) {
      fillNormal(block, stddev)
      used = 0
    }
    const value = block[used++] as number
    if (value >= -limit && value <= limit) out[i++] = value
  }
}
