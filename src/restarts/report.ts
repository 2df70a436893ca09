import type { Steps } from '../async/steps.js'
import type { Json } from '../initializers/types.js'
import type { Pair } from './pairs.js'
import { summarySteps, type Summary } from './summary.js'

/** One network's training from one seed. */
export interface Run {
  /** In decimal. */
  seed: string
  status: 'ok' | 'failed'
  /**
   * `loss` and `accuracy` on the test rows where there are any, else on the training rows; `trainLoss`; `distinctUnits`
   * of the first hidden layer, to the bit; `epochsToThreshold`, epochs until the training rows' own
   * metrics met the threshold. Empty for a failed run: one that threw, or whose loss is not finite.
   */
  metrics: Record<string, number>
  /** Why the run failed. */
  error?: string
}

/** Training repeated over seeds. */
export interface RestartReport {
  runs: Run[]
  /** Of the runs that succeeded, by metric. */
  summary: Record<string, Summary>
  /** Runs that failed. */
  failed: number
  /** Share of all runs whose final accuracy (or loss) meets the threshold, where one was given. */
  successRate?: number
}

/** Several initializers, each over the same seeds. */
export interface ComparisonReport {
  entries: { initializer: Json; report: RestartReport }[]
  /** Every two entries on every metric. */
  pairs: Pair[]
}

/** Summarizes runs, in steps. */
export function* reportSteps(
  runs: Run[],
  meets: ((metrics: Run['metrics']) => boolean) | undefined,
): Steps<RestartReport> {
  const done = runs.filter((run) => run.status === 'ok')
  const metrics = [...new Set(done.flatMap((run) => Object.keys(run.metrics)))]
  const values = (metric: string) => done.flatMap((run) => run.metrics[metric] ?? [])
  const summary: Record<string, Summary> = {}
  for (const metric of metrics) summary[metric] = yield* summarySteps(values(metric), metric)
  return {
    runs,
    summary,
    failed: runs.length - done.length,
    ...(meets && { successRate: done.filter((run) => meets(run.metrics)).length / runs.length }),
  }
}
