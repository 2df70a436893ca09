/**
 * The fused multiply-add of f32, `a * b + c` rounded once, that every chain of linear algebra is made of.
 *
 * The product of two f32 is exact in f64. Their f64 sum with `c`, rounded to f32, is wrong only where the rounded sum
 * lies midway between two f32 and the exact one does not: then the sum's error (TwoSum, Knuth 1969) tells the side.
 * Rounding to odd (Boldo and Melquiond 2008) comes to the same; midways are rare, and this form is cheap elsewhere.
 */
const f = Math.fround

/** `a * b + c` for f32 values, rounded once. */
export function fma(a: number, b: number, c: number): number {
  const product = a * b
  const sum = product + c
  const rounded = f(sum)
  const rest = sum - rounded
  if (rest === 0) return rounded
  const mirrored = sum + rest
  return f(mirrored) === mirrored ? breakTie(product, c, sum, rounded) : rounded
}

/** The f32 nearest to the exact `product + c`, whose f64 value `sum` lies midway between two. */
function breakTie(product: number, c: number, sum: number, rounded: number): number {
  const part = sum - product
  const error = product - (sum - part) + (c - part)
  if (error > 0) return f(sum + Math.abs(sum) * 2 ** -35)
  if (error < 0) return f(sum - Math.abs(sum) * 2 ** -35)
  return rounded
}

/**
 * `y[yAt + j] = fma(scale, x[xAt + j * xStride], y[yAt + j])` for j < length: one step of as many chains. The body of
 * `fma` is repeated here because the loop is what all linear algebra spends its time in.
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
    const product = scale * (x[k] as number)
    const sum = product + c
    const rounded = f(sum)
    const rest = sum - rounded
    y[i] = rounded
    if (rest !== 0) {
      const mirrored = sum + rest
      if (f(mirrored) === mirrored) y[i] = breakTie(product, c, sum, rounded)
    }
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
