/**
 * `npm test`: sets up, then runs every check, cheap ones first, and closes with `N passed, N failed`.
 * A failing check does not stop the others. `npm test -- rust` runs only the checks whose name holds "rust".
 */
import { existsSync, readFileSync } from 'node:fs'
import { at, attempt, bin, has } from './lib/shell.mjs'
import { countTests } from './lib/count.mjs'
import { installRedis } from './redis.mjs'
import { setup } from './setup.mjs'

const types = at('src', 'engine', 'native', 'binding.d.cts')
const generated = () => (existsSync(types) ? readFileSync(types, 'utf8') : 'missing')

/** The addon's types in the repository are those that the build generates. */
function unchanged(before) {
  const same = generated() === before
  if (!same) console.log('the build changed src/engine/native/binding.d.cts: commit what it generated')
  return { code: same ? 0 : 1, output: '' }
}

const node =
  (name, ...args) =>
  () =>
    attempt(bin(name), args)
const cargo =
  (...args) =>
  () =>
    has('cargo') ? attempt('cargo', args) : { skipped: 'no cargo here' }

const before = generated()
setup()
installRedis()

const checks = {
  'build leaves no diff': () => unchanged(before),
  'typescript format': node('prettier', '--check', '--log-level', 'warn', '.'),
  'typescript lint': node('oxlint', '--deny-warnings'),
  'typescript types': node('tsc', '--project', at('__test__', 'tsconfig.json')),
  'package exports': node('publint', '--strict'),
  'package types': node('attw', '--pack', '.', '--profile', 'esm-only'),
  'typescript tests': node('ava'),
  'rust format': cargo('fmt', '--all', '--check'),
  'rust lint': cargo('clippy', '--locked', '--lib', '--tests', '--', '-D', 'warnings'),
  'rust tests': cargo('test', '--locked', '--quiet'),
  'rust statistics': cargo('test', '--locked', '--quiet', '--release', '--package', 'symbreak-stat-tests'),
}

const wanted = process.argv.slice(2)
const rows = []
for (const [name, check] of Object.entries(checks)) {
  if (wanted.length > 0 && !wanted.some((part) => name.includes(part))) continue
  console.log(`\n# ${name}`)
  const start = performance.now()
  const result = await check()
  rows.push({ name, ...countTests(result), seconds: Math.round((performance.now() - start) / 100) / 10 })
}

console.log('')
console.table(Object.fromEntries(rows.map(({ name, ...row }) => [name, row])))
const total = (key) => rows.reduce((sum, row) => sum + row[key], 0)
const skipped = total('skipped') > 0 ? `, ${total('skipped')} skipped` : ''
console.log(`${total('passed')} passed, ${total('failed')} failed${skipped}`)
process.exitCode = total('failed') > 0 ? 1 : 0
