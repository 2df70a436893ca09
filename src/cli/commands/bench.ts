import type { Command } from 'commander'
import { bench, measureHere, type BenchRow } from '../bench.js'
import { note, print, printJson, printTable } from '../output.js'

interface Options {
  json?: boolean
  here?: boolean
}

/** `symbreak bench`: how fast each engine and kernel of this machine is, beside loops written by hand. */
export function addBench(program: Command): void {
  program
    .command('bench')
    .description('measure every engine and kernel of this machine beside loops written by hand')
    .argument('[cases...]', 'cases to run, by the beginning of their names (default: all)')
    .option('--here', 'measure only the engine, kernel and threads that this process would use')
    .option('--json', 'print one JSON document')
    .action(async (names: string[], { json, here }: Options) => {
      if (here) return printJson(await measureHere(names))
      const rows = await bench(process.argv[1] ?? '', names, (step) => note(`measuring: ${step}`))
      if (json) return printJson(rows)
      printRows(rows)
    })
}

function printRows(rows: readonly BenchRow[]): void {
  const head = ['case', 'engine', 'kernel', 'threads', 'per second', 'x by hand']
  const line = (row: BenchRow) => [
    row.name,
    row.engine,
    row.kernel,
    row.threads,
    `${formatRate(row.perSecond)} ${row.unit}`,
    row.ratio.toFixed(row.ratio < 10 ? 2 : 1),
  ]
  printTable(head, rows.map(line))
  print('\nThe fastest of many runs; single precision; loops by hand on one thread.')
}

/** Three digits and a prefix: 2.31 G, 843 k. */
function formatRate(rate: number): string {
  const exponent = Math.min(3, Math.max(0, Math.floor(Math.log10(rate) / 3)))
  return `${(rate / 1000 ** exponent).toPrecision(3)} ${['', 'k', 'M', 'G'][exponent]}`
}
