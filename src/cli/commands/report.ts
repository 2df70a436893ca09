import type { Command } from 'commander'
import type { ComparisonReport, RestartReport, Summary } from '../../index.js'
import { readBytes } from '../../files/read-bytes.js'
import { UsageError } from '../exit.js'
import { note, print, printJson, printTable } from '../output.js'

/** `symbreak report`: shows a report that `compare --json` or a program wrote. */
export function addReport(program: Command): void {
  program
    .command('report')
    .description('show a report that `compare --json` wrote')
    .argument('<file>', 'JSON file of a comparison or of restarts')
    .option('--json', 'print the report as JSON again, once it is known to be one')
    .action(async (path: string, { json }: { json?: boolean }) => {
      const report = readReport(path, String(await readBytes(path)))
      if (json) return printJson(report)
      try {
        if ('entries' in report) printComparison(report)
        else printRestarts(report)
      } catch (error) {
        if (!(error instanceof TypeError)) throw error
        throw new UsageError(`${path} is no whole report: ${error.message}`)
      }
    })
}

function readReport(path: string, text: string): ComparisonReport | RestartReport {
  let report: Partial<ComparisonReport & RestartReport> | null
  try {
    report = JSON.parse(text) as typeof report
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`)
  }
  if (Array.isArray(report?.entries) && Array.isArray(report.pairs)) {
    if (report.entries.every((entry) => isRestarts(entry?.report))) return report as ComparisonReport
  } else if (isRestarts(report)) return report as RestartReport
  throw new UsageError(`${path} is neither a comparison nor a report of restarts`)
}

function isRestarts(value: unknown): boolean {
  const { summary, runs } = (value ?? {}) as { summary?: unknown; runs?: unknown }
  if (typeof summary !== 'object' || summary === null || !Array.isArray(runs)) return false
  const numbers = Object.values(summary).flatMap((each: unknown) => Object.values(each ?? {}).flat())
  return numbers.every((number) => number === null || typeof number === 'number')
}

/** A line for each initializer whose networks failed, with what the first of them met. */
export function failuresOf({ entries }: ComparisonReport): string[] {
  return entries.flatMap(({ initializer, report: { runs, failed } }) => {
    const first = runs.find(({ status }) => status === 'failed')
    if (first === undefined) return []
    return [
      `${nameOf(initializer)}: ${failed} of ${runs.length} networks failed, seed ${first.seed}: ${first.error}`,
    ]
  })
}

const HEAD = ['mean', 'std', 'median', 'IQR', 'min', 'max', '95 % interval']

/** One row an initializer: accuracy (or loss) over the seeds and distinct hidden units; then the paired differences. */
export function printComparison(report: ComparisonReport): void {
  const metric = report.entries.some(({ report: r }) => r.summary['accuracy'] !== undefined)
    ? 'accuracy'
    : 'loss'
  const names = report.entries.map(({ initializer }) => nameOf(initializer))
  printTable(
    ['initializer', `${metric}: ${HEAD[0]}`, ...HEAD.slice(1), 'distinct hidden units', ...OUTCOME],
    report.entries.map(({ report: r }, i) => [
      names[i] as string,
      ...spread(r.summary[metric]),
      units(r.summary['distinctUnits']),
      ...outcome(r),
    ]),
  )
  const pairs = report.pairs.filter((pair) => pair.metric === metric)
  if (pairs.length === 0) return
  print('')
  printTable(
    [
      `${metric} on the same seeds`,
      'mean difference',
      '95 % interval',
      'effect',
      'p',
      'p (Holm)',
      'p (Wilcoxon)',
    ],
    pairs.map(({ a, b, meanDifference, ci95, effectSize, p, pHolm, pWilcoxon }) => [
      `${names[a]} - ${names[b]}`,
      decimal(meanDifference),
      interval(ci95),
      decimal(effectSize, 2),
      ...[p, pHolm, pWilcoxon].map(probability),
    ]),
  )
}

function printRestarts(report: RestartReport): void {
  const rows = Object.entries(report.summary).map(([metric, summary]) => [
    metric,
    summary.n,
    ...spread(summary),
  ])
  printTable(['metric', 'n', ...HEAD], rows)
  const [success, epochs, failed] = outcome(report)
  note(`success ${success}, epochs to the threshold ${epochs}, failed ${failed} of ${report.runs.length}`)
}

/** What became of the runs: share that met the threshold, mean epochs until then, failures. */
const OUTCOME = ['success', 'epochs', 'failed']

function outcome({ successRate, summary, runs }: RestartReport): (string | number)[] {
  const share = successRate === undefined ? '-' : `${decimal(100 * successRate, 1)} %`
  const failed = runs.filter((run) => run.status === 'failed').length
  return [share, decimal(summary['epochsToThreshold']?.mean, 1), failed]
}

function spread(summary: Summary | undefined): string[] {
  if (summary === undefined) return HEAD.map(() => '-')
  const { mean, stddev, median, iqr, min, max, ci95 } = summary
  return [...[mean, stddev, median, iqr, min, max].map((value) => decimal(value)), interval(ci95)]
}

function interval([low, high]: readonly [number, number]): string {
  return `${decimal(low)} .. ${decimal(high)}`
}

/** A number for people; what a single run does not tell is NaN, or null in a report that was JSON. */
function decimal(value: number | null | undefined, digits = 4): string {
  return value === null || value === undefined || Number.isNaN(value) ? '-' : value.toFixed(digits)
}

function probability(p: number | null): string {
  return p !== null && p < 1e-4 ? p.toExponential(1) : decimal(p)
}

function units(summary: Summary | undefined): string {
  if (summary === undefined) return '-'
  return summary.min === summary.max ? String(summary.min) : `${summary.min} .. ${summary.max}`
}

function nameOf(config: unknown): string {
  const { class_name, config: parameters } = config as {
    class_name: string
    config?: Record<string, unknown>
  }
  const own = Object.entries(parameters ?? {}).filter(
    ([key, value]) => key !== 'seed' && value !== null && value !== 0,
  )
  const shown = own.filter(([, value]) => typeof value === 'number' || typeof value === 'string')
  return shown.length === 0
    ? class_name
    : `${class_name}(${shown.map(([key, value]) => `${key}=${String(value)}`).join(', ')})`
}
