/**
 * `npm run build:ts`: compiles src to dist, with the generated loader and the addon beside the compiled engine.
 * The new dist replaces the old one as a whole, so that nothing stays behind of a module that is gone. As with tsc
 * itself, type errors fail the build but the output is written; it is dated back, so that the next setup builds again.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  utimesSync,
} from 'node:fs'
import { join } from 'node:path'
import { at, attempt } from './lib/shell.mjs'

mkdirSync(at('.out'), { recursive: true })
const fresh = mkdtempSync(at('.out', 'dist-'))
const { code } = await attempt(process.execPath, [
  at('node_modules', 'typescript', 'bin', 'tsc'),
  '--project',
  at('tsconfig.json'),
  '--outDir',
  fresh,
])
const entry = join(fresh, 'index.js')
if (code !== 0 && existsSync(entry)) utimesSync(entry, 0, 0)

const native = at('src', 'engine', 'native')
mkdirSync(join(fresh, 'engine', 'native'), { recursive: true })
for (const file of readdirSync(native)) {
  if (!/\.(node|cjs|cts)$/.test(file)) continue
  copyFileSync(join(native, file), join(fresh, 'engine', 'native', file))
}
const cli = join(fresh, 'cli', 'main.js')
if (existsSync(cli)) chmodSync(cli, 0o755)
chmodSync(fresh, 0o755)

rmSync(at('dist'), { recursive: true, force: true })
renameSync(fresh, at('dist'))
if (code !== 0) console.error('build:ts: the sources have type errors')
process.exitCode = code
