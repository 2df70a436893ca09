import { readFile } from 'node:fs/promises'
import type { Command } from 'commander'
import type { ComparisonReport, RestartReport, Summary } from '../../index.js'
import { UsageError } from '../exit.js'
import { print, printJson, printTable } from '../output.js'

/** `symbreak report`: shows a report that `compare --json` or a program wrote. */
export function addReport(program: Command): void {
  program
    .command('report')
    .description('show a report that `compare --json` wrote')
    .argument('<file>', 'JSON file of a comparison or of restarts')
    .option('--json', 'print the report as JSON again, once it is known to be one')
    .action(async (path: string, { json }: { json?: boolean }) => {
      const report = readReport(path, await readFile(path, 'utf8'))
      if (json) return printJson(report)
      if ('entries' in report) printComparison(report)
      else printRestarts(report)
    })
}

function readReport(path: string, text: string): ComparisonReport | RestartReport {
  let report: Partial<ComparisonReport & RestartReport> | null
  try {
    report = JSON.parse(text) as typeof report
  } catch (error) {
    throw new UsageError(`${path} is not JSON: ${(error as Error).message}`)
  }
  if (Array.isArray(report?.entries) && Array.isArray(report.pairs)) return report as ComparisonReport
  if (typeof report?.summary === 'object' && Array.isArray(report.runs)) return report as RestartReport
  throw new UsageError(`${path} is neither a comparison nor a report of restarts`)
}

const HEAD = ['mean', 'std', 'median', 'min', 'max', '95 % interval']

/** One row an initializer: accuracy (or loss) over the seeds and distinct hidden units; then the paired differences. */
export function printComparison(report: ComparisonReport): void {
  const metric = report.entries.some(({ report: r }) => r.summary['accuracy'] !== undefined)
    ? 'accuracy'
    : 'loss'
  const names = report.entries.map(({ initializer }) => nameOf(initializer))
  printTable(
    ['initializer', `${metric}: ${HEAD[0]}`, ...HEAD.slice(1), 'distinct hidden units', 'failed'],
    report.entries.map(({ report: r }, i) => [
      names[i] as string,
      ...spread(r.summary[metric]),
      units(r.summary['distinctUnits']),
      r.runs.filter((run) => run.status === 'failed').length,
    ]),
  )
  const pairs = report.pairs.filter((pair) => pair.metric === metric)
  if (pairs.length === 0) return
  print('')
  printTable(
    [`${metric} on the same seeds`, 'mean difference', '95 % interval', 'p'],
    pairs.map(({ a, b, meanDifference, ci95, p }) => [
      `${names[a]} - ${names[b]}`,
      meanDifference.toFixed(4),
      interval(ci95),
      p < 1e-4 ? p.toExponential(1) : p.toFixed(4),
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
}

function spread(summary: Summary | undefined): string[] {
  if (summary === undefined) return HEAD.map(() => '-')
  const { mean, stddev, median, min, max, ci95 } = summary
  return [...[mean, stddev, median, min, max].map((value) => value.toFixed(4)), interval(ci95)]
}

function interval([low, high]: readonly [number, number]): string {
  return `${low.toFixed(4)} .. ${high.toFixed(4)}`
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
