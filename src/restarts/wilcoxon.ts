import { Normal } from 'distributions'

/** Largest sample whose exact distribution is counted; above it the normal approximation is used. */
const EXACT = 50

/**
 * Two-sided p of the Wilcoxon signed-rank test (Wilcoxon 1945) that paired differences are symmetric about 0. Zeros are
 * dropped and ties share their mean rank; exact for up to 50 differences that are left, ties or not, else the normal
 * approximation with the correction for ties, as SciPy's `wilcoxon`.
 */
export function signedRankTest(differences: readonly number[]): number {
  const nonZero = differences.filter((d) => d !== 0)
  const n = nonZero.length
  if (n === 0) return 1
  const ranks = midRanks(nonZero.map(Math.abs))
  const positive = ranks.reduce((sum, rank, i) => sum + ((nonZero[i] as number) > 0 ? rank : 0), 0)
  const total = (n * (n + 1)) / 2
  const smaller = Math.min(positive, total - positive)
  if (n <= EXACT) return Math.min(1, 2 * tailShare(ranks, smaller))
  const variance = ranks.reduce((sum, rank) => sum + rank * rank, 0) / 4
  return Math.min(1, 2 * Normal(0, 1).cdf((smaller - total / 2) / Math.sqrt(variance)))
}

/** Ranks from 1, equal values sharing the mean of their ranks. */
function midRanks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.reduce((count, other) => count + Number(other < value), 0)
    const equal = values.reduce((count, other) => count + Number(other === value), 0)
    return below + (equal + 1) / 2
  })
}

/** Share of the sign patterns of these ranks whose positive ones add up to at most `limit`. */
function tailShare(ranks: readonly number[], limit: number): number {
  // Shared ranks are halves: twice each is whole.
  const ways = new Float64Array(2 * limit + 1)
  ways[0] = 1
  for (const rank of ranks) {
    for (let sum = 2 * limit; sum >= 2 * rank; sum--)
      ways[sum] = (ways[sum] as number) + (ways[sum - 2 * rank] as number)
  }
  return ways.reduce((sum, count) => sum + count, 0) / 2 ** ranks.length
}
