/** The one table of all benchmarks: rows are printed as they are measured, and say what their columns are. */
import type { SystemInfo } from '../../../src/index.js'

/** What is measured, and on what. */
export function printMachine({ version, engine, kernel, threads }: SystemInfo): void {
  console.log(`symbreak ${version}, ${engine} engine, ${kernel}, ${threads} threads; Node ${process.version}`)
}

/** One row: its name, and values after their labels. */
export function printRow(name: string, columns: Readonly<Record<string, string>>): void {
  const texts = Object.entries(columns).map(([label, value]) => `${label} ${value}`.padEnd(18))
  console.log(`${name.padEnd(34)} ${texts.join('  ')}`.trimEnd())
}

/**
 * One row of times: each as `show` tells it, and of all but the first how many times as long as the first they take.
 */
export function printTimes(
  name: string,
  times: Readonly<Record<string, number>>,
  show: (time: number) => string,
): void {
  const [first = NaN] = Object.values(times)
  const columns = Object.entries(times).map(([who, time], i) => {
    return [who, i === 0 ? show(time) : `${show(time)} (x ${(time / first).toFixed(2)})`]
  })
  printRow(name, Object.fromEntries(columns) as Record<string, string>)
}

/** What the figures in brackets are. */
export function printLegend(): void {
  console.log(
    'Fastest run of each, measured in turns; in brackets how many times as fast as that one the first is.',
  )
}
