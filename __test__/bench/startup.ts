/** What importing the package costs over Node's own start, and what its first call costs. */
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const entry = fileURLToPath(new URL('../../dist/index.js', import.meta.url))

/** Runs a module in a fresh Node and returns the number it prints. */
function inFreshNode(code: string): number {
  const args = ['--input-type=module', '--eval', code]
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }))
}

/** The least of 20 fresh runs. */
function least(code: string): number {
  return Math.min(...Array.from({ length: 20 }, () => inFreshNode(code)))
}

const clock = 'const start = performance.now()'
const print = 'console.log(performance.now() - start)'

/** Milliseconds of the import, and of the first call, the addon's loading included. */
export function startup(): { import: number; firstCall: number } {
  const load = `await import(${JSON.stringify(entry)})`
  return {
    import: least(`${clock}; ${load}; ${print}`),
    firstCall: least(
      `const { heNormal } = ${load}; ${clock}; heNormal({ seed: 7 }).create([64, 64]); ${print}`,
    ),
  }
}
