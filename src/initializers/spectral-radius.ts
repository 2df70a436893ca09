/** Squarings: A^(2^24) tells the radius of matrices whose eigenvalues lie close, as random ones' do, to about 1e-6. */
const SQUARINGS = 24

/**
 * The largest absolute eigenvalue of a square matrix, by Gelfand's formula: the limit of |A^k|^(1/k), k doubled by squaring.
 * + - * / and square roots in one order, so equal everywhere; complex pairs need nothing special.
 * Yields between rows.
 */
export function* spectralRadiusSteps(a: Float64Array, size: number): Generator<number, number> {
  let power = a.slice()
  let radius = 1
  for (let squaring = 0; squaring <= SQUARINGS; squaring++) {
    let norm = frobenius(power)
    if (norm === 0) return 0
    for (let i = 0; i < power.length; i++) power[i] = (power[i] as number) / norm
    for (let root = 0; root < squaring; root++) norm = Math.sqrt(norm)
    radius *= norm
    if (squaring < SQUARINGS) power = yield* squared(power, size)
  }
  return radius
}

function frobenius(a: Float64Array): number {
  let sum = 0
  for (const value of a) sum += value * value
  return Math.sqrt(sum)
}

function* squared(a: Float64Array, size: number): Generator<number, Float64Array<ArrayBuffer>> {
  const out = new Float64Array(size * size)
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < size; k++) {
      const factor = a[i * size + k] as number
      if (factor === 0) continue
      for (let j = 0, at = k * size, to = i * size; j < size; j++, at++, to++)
        out[to] = (out[to] as number) + factor * (a[at] as number)
    }
    yield 0
  }
  return out
}
