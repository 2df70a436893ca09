/**
 * `symbreak bench`: how fast this machine does the package's work, on every engine and kernel, beside loops written by
 * hand. Each engine and kernel runs in a process of its own, chosen by the variables that anybody can set.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { systemInfo } from '../index.js'
import { CASES } from './bench/cases.js'
import { fastest } from './bench/measure.js'
import { UsageError } from './exit.js'

/** One measurement. */
export interface BenchRow {
  name: string
  /** 'by hand', 'js' or 'native'. */
  engine: string
  /** Instruction set: 'js' where the compiler of the JavaScript engine chose it. */
  kernel: string
  threads: number
  /** What is counted: values, matrices or training steps. */
  unit: string
  perSecond: number
  /** How many times as fast as the loop written by hand. */
  ratio: number
}

/** Rates of every case, by name. */
type Rates = Record<string, number>

interface Setup {
  readonly engine: 'js' | 'native'
  readonly kernel: string
  readonly threads: number
}

/** Rates of the package's own work on the default engine of this process. */
export async function measureHere(names: readonly string[] = []): Promise<Rates> {
  const rates: Rates = {}
  for (const { name, amount, ours } of chosen(names)) rates[name] = amount / (await fastest(ours()))
  return rates
}

/**
 * Measures every engine and kernel of this machine.
 *
 * @param main - path of the command line's entry, which is started again for each
 * @param names - cases to run, by the beginning of their names; all when empty
 * @param onStep - told what is measured next
 */
export async function bench(
  main: string,
  names: readonly string[],
  onStep: (text: string) => void,
): Promise<BenchRow[]> {
  const cases = chosen(names)
  onStep('loops written by hand')
  const byHand: Rates = {}
  for (const { name, amount, byHand: prepare } of cases) byHand[name] = amount / (await fastest(prepare()))
  const row = (engine: string, kernel: string, threads: number, rates: Rates): BenchRow[] =>
    cases.map(({ name, unit }) => {
      const perSecond = rates[name] as number
      return { name, engine, kernel, threads, unit, perSecond, ratio: perSecond / (byHand[name] as number) }
    })
  const rows = row('by hand', 'js', 1, byHand)
  for (const { engine, kernel, threads } of setups()) {
    onStep(`${engine}, ${kernel}, ${threads} thread${threads === 1 ? '' : 's'}`)
    rows.push(...row(engine, kernel, threads, await elsewhere(main, { engine, kernel, threads }, names)))
  }
  const order = new Map(cases.map(({ name }, index) => [name, index]))
  return rows.sort((a, b) => (order.get(a.name) as number) - (order.get(b.name) as number))
}

function chosen(names: readonly string[]): typeof CASES {
  if (names.length === 0) return CASES
  const cases = CASES.filter(({ name }) => names.some((start) => name.startsWith(start)))
  if (cases.length > 0) return cases
  throw new UsageError(`no case is called so; there are ${CASES.map(({ name }) => name).join(', ')}`)
}

/** The TypeScript engine, every kernel on one thread, and the best kernel on all threads. */
function setups(): Setup[] {
  const { kernels, kernel, threads, nativeError } = systemInfo()
  const list: Setup[] = [{ engine: 'js', kernel: 'js', threads: 1 }]
  if (nativeError !== undefined) return list
  for (const each of kernels) list.push({ engine: 'native', kernel: each, threads: 1 })
  if (threads > 1) list.push({ engine: 'native', kernel, threads })
  return list
}

async function elsewhere(
  main: string,
  { engine, kernel, threads }: Setup,
  names: readonly string[],
): Promise<Rates> {
  const env = {
    ...process.env,
    SYMBREAK_ENGINE: engine,
    SYMBREAK_KERNEL: engine === 'native' ? kernel : '',
    SYMBREAK_THREADS: String(threads),
  }
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [main, 'bench', '--here', '--json', ...names],
    { env },
  )
  return JSON.parse(stdout) as Rates
}
