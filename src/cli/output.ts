import Table from 'cli-table3'

/** Writes data, and nothing else, to standard output. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}

/** Writes progress and remarks to standard error. */
export function note(text: string): void {
  process.stderr.write(`${text}\n`)
}

/** A value as one JSON document; bigints are decimal strings. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, (_, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner), 2))
}

/** Rows under a head, numbers right-aligned. Colours and borders are left out: the table is data. */
export function printTable(head: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const numeric = head.map((_, column) =>
    rows.every((row) => typeof row[column] === 'number' || /^-?[\d.,]+/.test(String(row[column]))),
  )
  const table = new Table({
    head: [...head],
    colAligns: numeric.map((right) => (right ? 'right' : 'left')),
    style: { head: [], border: [], compact: true },
    chars: {
      top: '',
      'top-mid': '',
      'top-left': '',
      'top-right': '',
      bottom: '',
      'bottom-mid': '',
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: ' ',
    },
  })
  table.push(...rows.map((row) => row.map(String)))
  print(table.toString())
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']

/** Bytes in decimal units, three digits. */
export function formatBytes(bytes: number): string {
  let unit = 0
  let value = bytes
  for (; value >= 1000 && unit < UNITS.length - 1; unit++) value /= 1000
  return `${unit === 0 ? value : value.toPrecision(3)} ${UNITS[unit]}`
}

/** Milliseconds as seconds, for people. */
export function formatSeconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(milliseconds < 10_000 ? 2 : 1)} s`
}
