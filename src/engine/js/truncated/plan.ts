/** How quantiles of a cut are computed; see the files of the four kinds. */
export interface Plan {
  /** Turns the first `n` words of the lane, after mirroring, into quantiles in sigma. */
  readonly fill: (n: number, mirror: number) => void
  /** Sigmas between neighbouring words at the lower and the upper end. */
  readonly spacing: readonly [number, number]
}

/** Number of words. */
export const WORDS = 4294967296

/** A number as the sum of two f32. */
export function split(x: number): readonly [number, number] {
  const high = Math.fround(x)
  return [high, Math.fround(x - high)]
}
