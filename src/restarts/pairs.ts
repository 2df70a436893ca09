import { Studentt } from 'distributions'
import type { RestartReport } from './report.js'
import { deviation, meanInterval, meanOf } from './summary.js'
import { signedRankTest } from './wilcoxon.js'

/** How two entries of a comparison differ in one metric, over the seeds on which both succeeded. */
export interface Pair {
  /** Numbers of the two entries. */
  a: number
  b: number
  metric: string
  /** Seeds compared. */
  n: number
  /** Mean of a's value minus b's on the same seed. */
  meanDifference: number
  /** 95 % interval of the mean difference by Student's t. */
  ci95: [number, number]
  /** Two-sided p of the paired t test. */
  p: number
  /** `p` with Holm's (1979) correction for all pairs of this metric. */
  pHolm: number
  /** Two-sided p of the Wilcoxon signed-rank test, which assumes no normality. */
  pWilcoxon: number
  /** Mean difference in units of the differences' standard deviation (Cohen's d for paired values). */
  effectSize: number
}

/** Compares every two reports on every metric that both have. */
export function comparePairs(reports: readonly RestartReport[]): Pair[] {
  const metrics = [...new Set(reports.flatMap((report) => Object.keys(report.summary)))]
  return metrics.flatMap((metric) => holm(pairsOf(reports, metric)))
}

function pairsOf(reports: readonly RestartReport[], metric: string): Pair[] {
  const pairs: Pair[] = []
  for (let a = 0; a < reports.length; a++) {
    for (let b = a + 1; b < reports.length; b++) {
      const differences = differencesOf(reports[a] as RestartReport, reports[b] as RestartReport, metric)
      if (differences.length > 0) pairs.push({ a, b, metric, ...compare(differences) })
    }
  }
  return pairs
}

/** Differences on the seeds on which both runs succeeded. */
function differencesOf(a: RestartReport, b: RestartReport, metric: string): number[] {
  const others = new Map(b.runs.map((run) => [run.seed, run.metrics[metric]]))
  return a.runs.flatMap((run) => {
    const own = run.metrics[metric]
    const other = others.get(run.seed)
    return own === undefined || other === undefined ? [] : [own - other]
  })
}

function compare(differences: number[]): Omit<Pair, 'a' | 'b' | 'metric'> {
  const meanDifference = meanOf(differences)
  const p = pairedT(differences)
  return {
    n: differences.length,
    meanDifference,
    ci95: meanInterval(differences),
    p,
    pHolm: p,
    pWilcoxon: signedRankTest(differences),
    effectSize: meanDifference === 0 ? 0 : meanDifference / deviation(differences),
  }
}

/** Two-sided p that the mean difference is 0; NaN for a single pair. */
function pairedT(differences: number[]): number {
  const n = differences.length
  if (n < 2) return Number.NaN
  const spread = deviation(differences)
  if (spread === 0) return meanOf(differences) === 0 ? 1 : 0
  const t = meanOf(differences) / (spread / Math.sqrt(n))
  return 2 * Studentt(n - 1).cdf(-Math.abs(t))
}

/** Fills in Holm's step-down adjustment of `p`. */
function holm(pairs: Pair[]): Pair[] {
  const byP = pairs.filter(({ p }) => !Number.isNaN(p)).sort((a, b) => a.p - b.p)
  let least = 0
  byP.forEach((pair, i) => {
    least = Math.max(least, Math.min(1, pair.p * (byP.length - i)))
    pair.pHolm = least
  })
  return pairs
}
