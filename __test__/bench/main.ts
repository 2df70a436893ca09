/**
 * `npm run bench [-- case...]`: every case of `symbreak bench` measured by mitata in one run, beside the loop written by
 * hand and tfjs, and printed as ratios. Cases are named by the beginning of their names.
 */
import { parseArgs } from 'node:util'
import { systemInfo } from '../../src/index.js'
import { CASES, orthogonalCase, type Case } from '../../src/cli/bench/cases.js'
import { fastest } from './lib/measure.js'
import { printMachine, printRow } from './lib/print.js'
import { BACKENDS, rival, useBackend } from './lib/rivals.js'
import { startup } from './lib/startup.js'

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

printMachine(systemInfo())
const { import: load, firstCall } = startup()
console.log(`import ${load.toFixed(1)} ms, first call ${firstCall.toFixed(2)} ms`)
for (const each of wanted) printRow(each.name, await measureCase(each))
console.log(
  'How many times as fast as the other, fastest run of each. Set SYMBREAK_ENGINE, _KERNEL, _THREADS to compare.',
)
