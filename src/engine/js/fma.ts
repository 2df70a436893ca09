/**
 * The fused multiply-add of f32, `a * b + c` rounded once, that every chain of linear algebra is made of.
 *
 * The product of two f32 is exact in f64. Their f64 sum with `c`, rounded to f32, is wrong only where the rounded sum
 * lies midway between two f32 and the exact one does not: then the sum's error (TwoSum, Knuth 1969) tells the side.
 * Rounding to odd (Boldo and Melquiond 2008) comes to the same. A sum that is no midway is found by rounding its
 * neighbours: an ulp or two above and below, they give one f32, which then is the sum's own.
 */
const f = Math.fround

/** Factors that move an f64 to a neighbour away from 0, and towards it. */
const OUT = 1 + 2 ** -52
const IN = 1 - 2 ** -52

/** `a * b + c` for f32 values, rounded once. */
export function fma(a: number, b: number, c: number): number {
  const product = a * b
  const sum = product + c
  const rounded = f(sum * OUT)
  return rounded === f(sum * IN) ? rounded : breakTie(product, c, sum)
}

/** The f32 nearest to the exact `product + c`, whose f64 value `sum` lies midway between two, or nearly so. */
function breakTie(product: number, c: number, sum: number): number {
  const rounded = f(sum)
  const mirrored = sum + (sum - rounded)
  if (f(mirrored) !== mirrored) return rounded
  const part = sum - product
  const error = product - (sum - part) + (c - part)
  if (error > 0) return f(sum + Math.abs(sum) * 2 ** -35)
  if (error < 0) return f(sum - Math.abs(sum) * 2 ** -35)
  return rounded
}

/**
 * `y[yAt + j] = fma(scale, x[xAt + j * xStride], y[yAt + j])` for j < length: one step of as many chains. The body of
 * `fma` is repeated here and below because these loops are what all linear algebra spends its time in.
 */
export function addScaled(
  scale: number,
  x: Float32Array,
  xAt: number,
  xStride: number,
  y: Float32Array,
  yAt: number,
  length: number,
): void {
  if (scale === 0) return addZeros(scale, x, xAt, xStride, y, yAt, length)
  const end = yAt + length
  for (let i = yAt, k = xAt; i < end; i++, k += xStride) {
    const c = y[i] as number
    const sum = scale * (x[k] as number) + c
    const rounded = f(sum * OUT)
    if (rounded === f(sum * IN)) y[i] = rounded
    else step(scale, x, k, y, i)
  }
}

/** Nothing is rounded where the scale is 0; but a sum of -0 turns into 0, and an infinite x into NaN. */
function addZeros(
  zero: number,
  x: Float32Array,
  xAt: number,
  xStride: number,
  y: Float32Array,
  yAt: number,
  length: number,
): void {
  const end = yAt + length
  for (let i = yAt, k = xAt; i < end; i++, k += xStride) y[i] = zero * (x[k] as number) + (y[i] as number)
}

/**
 * Two steps of the chains of two rows at once: row y takes `a0 x[x0 + j]`, then `a1 x[x1 + j]`; row z likewise with b0
 * and b1. Values are loaded once for four multiply-adds, and two chains are on their way at a time.
 */
export function addScaledPair(
  a0: number,
  a1: number,
  b0: number,
  b1: number,
  x: Float32Array,
  x0: number,
  x1: number,
  out: Float32Array,
  y: number,
  z: number,
  length: number,
): void {
  for (let j = 0; j < length; j++) {
    const v0 = x[x0 + j] as number
    const v1 = x[x1 + j] as number
    const s0 = a0 * v0 + (out[y + j] as number)
    const t0 = b0 * v0 + (out[z + j] as number)
    const c = f(s0 * OUT)
    const d = f(t0 * OUT)
    const s1 = a1 * v1 + c
    const t1 = b1 * v1 + d
    const c1 = f(s1 * OUT)
    const d1 = f(t1 * OUT)
    if (c === f(s0 * IN) && d === f(t0 * IN) && c1 === f(s1 * IN) && d1 === f(t1 * IN)) {
      out[y + j] = c1
      out[z + j] = d1
    } else {
      step(a0, x, x0 + j, out, y + j)
      step(a1, x, x1 + j, out, y + j)
      step(b0, x, x0 + j, out, z + j)
      step(b1, x, x1 + j, out, z + j)
    }
  }
}

/** One step of one chain. It returns nothing: a number from a rare call would slow the loops down. */
function step(scale: number, x: Float32Array, xAt: number, y: Float32Array, yAt: number): void {
  y[yAt] = fma(scale, x[xAt] as number, y[yAt] as number)
}
