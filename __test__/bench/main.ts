/**
 * `npm run bench [-- case...]`: every case of `symbreak bench` measured by mitata in one run, beside the loop written by
 * hand and tfjs, and printed as ratios. Cases are named by the beginning of their names.
 */
import { parseArgs } from 'node:util'
import { measure } from 'mitata'
import { systemInfo } from '../../src/index.js'
import { CASES, orthogonalCase, type Case } from '../../src/cli/bench/cases.js'
import { BACKENDS, rival, useBackend } from './rivals.js'
import { startup } from './startup.js'

/** Enough for a stable minimum. */
const BUDGET = { min_cpu_time: 4e8, min_samples: 3, warmup_samples: 1 }

/** Milliseconds after which one run is enough: tfjs needs seconds for its slowest cases. */
const LONG = 1000

/** Milliseconds of the fastest run. */
async function fastest(work: () => void | Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  const first = performance.now() - start
  return first > LONG ? first : (await measure(work, BUDGET)).min / 1e6
}

async function measureCase({ name, ours, byHand }: Case): Promise<Record<string, string>> {
  const own = await fastest(ours())
  const against = { 'by hand': await fastest(byHand()) } as Record<string, number>
  for (const backend of BACKENDS) {
    await useBackend(backend)
    const work = rival(name)
    if (work !== undefined) against[`tfjs ${backend}`] = await fastest(work)
  }
  const ratios = Object.entries(against).map(([who, time]) => [`x ${who}`, (time / own).toFixed(1)])
  return { 'symbreak ms': own.toFixed(3), ...Object.fromEntries(ratios) } as Record<string, string>
}

const names = parseArgs({ allowPositionals: true }).positionals
const cases = [...CASES, orthogonalCase(1024)]
const wanted = cases.filter(({ name }) => names.length === 0 || names.some((start) => name.startsWith(start)))

const { version, engine, kernel, threads } = systemInfo()
console.log(`symbreak ${version}, ${engine} engine, ${kernel}, ${threads} threads; Node ${process.version}`)
const { import: load, firstCall } = startup()
console.log(`import ${load.toFixed(1)} ms, first call ${firstCall.toFixed(2)} ms`)
for (const each of wanted) {
  const columns = Object.entries(await measureCase(each)).map(([column, value]) => `${column} ${value}`)
  console.log(`${each.name.padEnd(34)}${columns.map((text) => text.padEnd(18)).join('')}`)
}
console.log(
  'How many times as fast as the other, fastest run of each. Set SYMBREAK_ENGINE, _KERNEL, _THREADS to compare.',
)
