/**
 * `npm run bench [-- case...]`: sets up, installs what only the benchmarks need, and prints the ratios.
 * `npm run bench -- mnist` trains on handwritten digits and compares the accuracy with torch's, `npm run bench -- busy`
 * trains beside a busy neighbour.
 */
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
const own = ['mnist', 'busy'].includes(first)
const program = own ? [`${first}.ts`, ...rest] : ['main.ts', ...process.argv.slice(2)]
must(process.execPath, ['--import=tsx', at('__test__', 'bench', program[0]), ...program.slice(1)])
