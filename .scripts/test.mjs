/**
 * `npm test`: sets up, then runs every check and closes with `N passed, N failed`. What needs Node and what needs cargo
 * run side by side, each in its order, cheap checks first; the output of a check is shown when it ends. A failing check
 * does not stop the others. `npm test -- rust` runs only the checks whose name holds "rust". With `SYMBREAK_REQUIRE=all`
 * in front, tests that need what this machine lacks (redis-server, the right to mount, Python's packages) fail.
 */
import { existsSync, readFileSync } from 'node:fs'
import { at, attempt, bin, has } from './lib/shell.mjs'
import { countTests } from './lib/count.mjs'

/** What `napi build` generates and the repository keeps. */
const types = at('src', 'engine', 'native', 'binding.d.cts')
const generated = () => (existsSync(types) ? readFileSync(types, 'utf8') : 'missing')

/** Sets up; the addon's types in the repository must be those that the build generates. */
async function setUp() {
  const before = generated()
  const { code, output } = await attempt(process.execPath, [at('.scripts', 'setup.mjs')], quiet)
  if (generated() === before) return { code, output }
  return { code: 1, output: `${output}\nthe build changed ${types}: commit what it generated` }
}

const quiet = { show: false }
const script =
  (name, ...args) =>
  () =>
    attempt(process.execPath, [at('.scripts', name), ...args], quiet)
const node =
  (name, ...args) =>
  () =>
    attempt(bin(name), args, quiet)

// The crates of the workspace are compiled once, by clippy's driver, which is the compiler with clippy's lints.
const linted = { RUSTC_WORKSPACE_WRAPPER: 'clippy-driver', RUSTFLAGS: '-Dwarnings' }
// One choice of crates for every step: another would have other features, and compile everything again.
const crates = ['--workspace', '--exclude', 'symbreak-benches']
const cargo =
  (...args) =>
  () =>
    has('cargo') ? attempt('cargo', args, { ...quiet, env: linted }) : { skipped: 'no cargo here' }

const lanes = [
  {
    'set-up': setUp,
    'typescript format': node('prettier', '--check', '--log-level', 'warn', '.'),
    'typescript lint': node('oxlint', '--deny-warnings'),
    'typescript types': node('tsc', '--project', at('__test__', 'tsconfig.json')),
    'package exports': node('publint', '--strict'),
    'package types': node('attw', '--pack', '.', '--profile', 'esm-only'),
    redis: script('redis.mjs'),
    'typescript tests': node('ava'),
  },
  {
    'rust format': cargo('fmt', '--all', '--check'),
    'rust lint': cargo('build', '--locked', '--quiet', '--lib', '--tests', ...crates),
    'rust tests and statistics': cargo('test', '--locked', '--quiet', ...crates),
  },
]

const wanted = process.argv.slice(2)
const isWanted = (name) => wanted.length === 0 || wanted.some((part) => name.includes(part))

/** Runs the checks of a lane one after the other; whatever is wanted of the first lane needs its set-up. */
async function run(lane) {
  const chosen = Object.entries(lane).filter(([name]) => isWanted(name))
  if (chosen.length > 0 && 'set-up' in lane && !isWanted('set-up')) chosen.unshift(['set-up', lane['set-up']])
  const rows = []
  for (const [name, check] of chosen) {
    const start = performance.now()
    const result = await check()
    const row = { ...countTests(result), seconds: Math.round((performance.now() - start) / 100) / 10 }
    console.log(`\n# ${name}: ${row.seconds} s`)
    process.stdout.write(result.output ?? `skipped: ${result.skipped}\n`)
    rows.push([name, row])
  }
  return rows
}

const rows = (await Promise.all(lanes.map(run))).flat()
console.log('')
console.table(Object.fromEntries(rows))
const total = (key) => rows.reduce((sum, [, row]) => sum + row[key], 0)
const skipped = total('skipped') > 0 ? `, ${total('skipped')} skipped` : ''
console.log(`${total('passed')} passed, ${total('failed')} failed${skipped}`)
process.exitCode = total('failed') > 0 ? 1 : 0
