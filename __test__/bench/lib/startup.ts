/** What importing the package costs over Node's own start, and what its first call costs. */
import { IMPORT, inFreshNode } from './fresh.js'

/** The least of 20 fresh runs. */
function least(code: string): number {
  return Math.min(...Array.from({ length: 20 }, () => inFreshNode(code)))
}

const clock = 'const start = performance.now()'
const print = 'console.log(performance.now() - start)'

/** Milliseconds of the import, and of the first call, the addon's loading included. */
export function startup(): { import: number; firstCall: number } {
  return {
    import: least(`${clock}; ${IMPORT}; ${print}`),
    firstCall: least(
      `const { heNormal } = ${IMPORT}; ${clock}; heNormal({ seed: 7 }).create([64, 64]); ${print}`,
    ),
  }
}
