/** `npm run bench [-- case...]`: sets up, installs what only the benchmarks need, and prints the ratios. */
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
must(process.execPath, ['--import=tsx', at('__test__', 'bench', 'main.ts'), ...process.argv.slice(2)])
