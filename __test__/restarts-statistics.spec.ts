import test from 'ava'
import { finished } from '../src/async/steps.js'
import { comparePairs } from '../src/restarts/pairs.js'
import { reportSteps, type RestartReport, type Run } from '../src/restarts/report.js'
import { summarySteps } from '../src/restarts/summary.js'
import { signedRankTest } from '../src/restarts/wilcoxon.js'

const reportOf: (...args: Parameters<typeof reportSteps>) => RestartReport = (...args) =>
  finished(reportSteps(...args))
const summarize = (...args: Parameters<typeof summarySteps>) => finished(summarySteps(...args))

const a = [0.91, 0.88, 0.93, 0.9, 0.87, 0.95, 0.89]
const b = [0.85, 0.86, 0.9, 0.83, 0.88, 0.91, 0.8]

const close = (actual: number | undefined, expected: number) =>
  Math.abs((actual as number) - expected) < 1e-10
const runs = (values: number[]): Run[] =>
  values.map((loss, seed) => ({ seed: String(seed), status: 'ok', metrics: { loss } }))

// The expected figures are SciPy 1.16's: t.interval, ttest_rel, wilcoxon.
test('summaries are those of SciPy', (t) => {
  const { n, mean, stddev, median, min, max, ci95, ci95Bootstrap } = summarize(a, 'accuracy')
  t.deepEqual({ n, median, min, max }, { n: 7, median: 0.9, min: 0.87, max: 0.95 })
  t.true(close(mean, 0.9042857142857142) && close(stddev, 0.028199966227605577))
  t.true(close(ci95[0], 0.8782050954174008) && close(ci95[1], 0.9303663331540277))
  t.true(
    ci95Bootstrap[0] > 0.87 && ci95Bootstrap[0] < mean && ci95Bootstrap[1] > mean && ci95Bootstrap[1] < 0.95,
  )
  const { q1, q3, iqr } = summarize([1, 2, 3, 4, 5, 6, 7, 8], 'accuracy')
  t.deepEqual([q1, q3, iqr], [2.75, 6.25, 3.5])
  t.deepEqual(summarize(a, 'accuracy'), summarize(a, 'accuracy'))
  // A long summary lets the event loop come by.
  t.true([...summarySteps(a, 'accuracy')].length >= 1000)
  t.deepEqual(summarize([2], 'x').ci95, [Number.NaN, Number.NaN])
})

test('pairs are those of SciPy, corrected by Holm', (t) => {
  const reports = [a, b, a.map((value) => value + 1)].map((values) => reportOf(runs(values), undefined))
  const [first, second, third] = comparePairs(reports)
  t.true(close(first?.meanDifference, 0.042857142857142864) && close(first?.p, 0.014813722759443301))
  t.true(close(first?.ci95[0], 0.011853290613318815) && close(first?.ci95[1], 0.07386099510096691))
  t.true(close(first?.effectSize, 1.2784297268860563))
  t.true(close(first?.pWilcoxon, 0.03125))
  // The largest of three p keeps its value, and no adjusted p is below a smaller one's.
  t.is(first?.pHolm, first?.p)
  t.true(
    (second?.pHolm as number) <= (third?.pHolm as number) &&
      (third?.pHolm as number) <= (first?.pHolm as number),
  )
})

test('only seeds on which both succeeded are compared', (t) => {
  const failing: Run[] = runs(b).map((run, i) => (i < 2 ? { ...run, status: 'failed', metrics: {} } : run))
  const [pair] = comparePairs([reportOf(runs(a), undefined), reportOf(failing, undefined)])
  t.is(pair?.n, 5)
})

test('the signed-rank test is exact, ties or not, and normal for many', (t) => {
  t.true(close(signedRankTest([1.5, -2.5, 3, 4, 5, 6, -7, 8, 9.25, 10]), 0.064453125))
  t.true(close(signedRankTest([1, 2, 3, 4, 5, -1, 2, 0, 7, 3, -2]), 0.025390625))
  // Of all sign patterns, counted one by one.
  t.is(signedRankTest([-0.125, -0.125, -0.125, 0, -0.125, 0]), 0.125)
  t.is(signedRankTest([-0.125, 0.125, 0.125]), 1)
  t.true(
    close(
      signedRankTest(Array.from({ length: 60 }, (_, i) => (i % 4 === 0 ? -1 : 1) * (1 + (i % 7)))),
      0.000509059014803381,
    ),
  )
  t.is(signedRankTest([0, 0]), 1)
  t.is(signedRankTest([1]), 1)
})
