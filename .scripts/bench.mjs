/**
 * `npm run bench [-- case...]`: sets up, installs what only the benchmarks need, and prints the ratios.
 * `npm run bench -- NAME ...` runs one of the programs of `__test__/bench` instead:
 *
 * - `create`: one large tensor beside a constant in new memory, and beside the kernel's own rate
 * - `plan`: all weights of GPT-2 small, in memory and to files beside the same bytes from memory
 * - `small`: short arrays by engine 'auto' beside the faster engine
 * - `threads`: the default number of threads beside one, from 1 to 2^26 values
 * - `truncated`: cut normals of the TypeScript engine, and the set-up of their laws
 * - `orthogonal`: matrices large, small and many, and the TypeScript engine's
 * - `fit`: training by batch size and threads
 * - `busy`: training beside a busy neighbour
 * - `restarts`: a thousand small networks
 * - `mnist`: trains on handwritten digits and compares the accuracy with torch's
 *
 * `create`, `plan`, `orthogonal` and `fit` take `--python PATH`, an interpreter that has any of torch, jax, scikit-learn and
 * numpy, and measure those in turns with the package.
 */
import { existsSync } from 'node:fs'
import { at, must } from './lib/shell.mjs'
import { isStale } from './lib/stale.mjs'
import { setup } from './setup.mjs'

setup()
const folder = at('__test__', 'bench')
if (
  isStale(at('__test__', 'bench', 'node_modules', '.package-lock.json'), [
    at('__test__', 'bench', 'package-lock.json'),
  ])
) {
  must('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder })
}
const [first, ...rest] = process.argv.slice(2)
const own = first !== undefined && existsSync(at('__test__', 'bench', `${first}.ts`))
const program = own ? [`${first}.ts`, ...rest] : ['main.ts', ...process.argv.slice(2)]
// Without a collector to call, mitata allocates a gigabyte before each measurement instead.
const node = ['--import=tsx', '--expose-gc']
must(process.execPath, [...node, at('__test__', 'bench', program[0]), ...program.slice(1)])
