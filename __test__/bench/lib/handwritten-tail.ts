import { fillUniform } from '../../../src/cli/bench/handwritten.js'

/** Normal cut to [lower, upper], far from the mean: exponentials are drawn until one is accepted (Robert, 1995). */
export function fillTail(out: Float32Array, lower: number, upper: number): void {
  const block = new Float32Array(4096)
  const rate = (lower + Math.sqrt(lower * lower + 4)) / 2
  let used = block.length
  for (let i = 0; i < out.length;) {
    if (used === block.length) {
      fillUniform(block)
      used = 0
    }
    const value = lower - Math.log(1 - (block[used] as number)) / rate
    const accepted = Math.exp(-((value - rate) ** 2) / 2) > (block[used + 1] as number)
    used += 2
    if (accepted && value <= upper) out[i++] = value
  }
}
