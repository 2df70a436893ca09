/** Work that can be timed: one run, synchronous or not. */
export type Work = () => void | Promise<void>

/** Milliseconds that each measurement may take, and runs that it takes at least. */
const BUDGET = 400
const RUNS = 3

/**
 * Seconds of the fastest of many runs. The fastest is what the machine can do; slower ones measure its other work.
 * The first run is not counted: it compiles code and touches memory.
 */
export async function fastest(work: Work): Promise<number> {
  await work()
  let best = Infinity
  const end = performance.now() + BUDGET
  for (let runs = 0; runs < RUNS || performance.now() < end; runs++) {
    const start = performance.now()
    await work()
    best = Math.min(best, performance.now() - start)
  }
  return best / 1000
}
