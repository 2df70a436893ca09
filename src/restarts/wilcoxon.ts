import { Normal } from 'distributions'

/** Largest sample whose exact distribution is counted; above it the normal approximation is used. */
const EXACT = 50

/**
 * Two-sided p of the Wilcoxon signed-rank test (Wilcoxon 1945) that paired differences are symmetric about 0. Zeros are
 * dropped and ties share their mean rank; exact for up to 50 differences without either, else the normal approximation
 * with the correction for ties, as SciPy's `wilcoxon`.
 */
export function signedRankTest(differences: readonly number[]): number {
  const nonZero = differences.filter((d) => d !== 0)
  const n = nonZero.length
  if (n === 0) return 1
  const ranks = midRanks(nonZero.map(Math.abs))
  const positive = ranks.reduce((sum, rank, i) => sum + ((nonZero[i] as number) > 0 ? rank : 0), 0)
  const total = (n * (n + 1)) / 2
  const smaller = Math.min(positive, total - positive)
  const distinct = n === differences.length && ranks.every(Number.isInteger)
  if (distinct && n <= EXACT) return Math.min(1, 2 * tailShare(n, smaller))
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

/** Share of the 2^n sign patterns of the ranks 1 to n whose positive ranks add up to at most `limit`. */
function tailShare(n: number, limit: number): number {
  const ways = new Float64Array(limit + 1)
  ways[0] = 1
  for (let rank = 1; rank <= n; rank++) {
    for (let sum = limit; sum >= rank; sum--) ways[sum] = (ways[sum] as number) + (ways[sum - rank] as number)
  }
  return ways.reduce((sum, count) => sum + count, 0) / 2 ** n
}
