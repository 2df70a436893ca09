/** Times by mitata: of the fastest run, which is what the machine can do; slower ones measure its other work. */
import { measure } from 'mitata'

/** Work that can be timed: one run, synchronous or not. */
export type Work = () => unknown

/** How much a measurement may cost. */
export interface Effort {
  /** Milliseconds; default 400. */
  readonly milliseconds?: number
  /** Whether each run begins with a collected heap: for work that leaves large arrays behind. */
  readonly collects?: boolean
}

/** Where a first run takes this many times the measurement's milliseconds, it is enough: some rivals need seconds. */
const ENOUGH = 2.5

/** Milliseconds of the fastest run. */
export async function fastest(
  work: Work,
  { milliseconds = 400, collects = false }: Effort = {},
): Promise<number> {
  const start = performance.now()
  await work()
  const first = performance.now() - start
  if (first > ENOUGH * milliseconds) return first
  const { min } = await measure(work, {
    min_cpu_time: milliseconds * 1e6,
    min_samples: 3,
    warmup_samples: 1,
    batch_samples: 4 * Math.ceil(milliseconds),
    ...(collects ? { inner_gc: true } : { gc: false }),
  })
  return min / 1e6
}

/** The least of each number over several rounds. */
export async function least<K extends string>(
  rounds: number,
  round: () => Promise<Record<K, number>>,
): Promise<Record<K, number>> {
  const best = await round()
  for (let i = 1; i < rounds; i++) {
    const next = await round()
    for (const name of Object.keys(next) as K[]) best[name] = Math.min(best[name], next[name])
  }
  return best
}

/** Milliseconds of the fastest run of each, in many short turns: whatever else the machine does then meets all of them. */
export function inTurns<K extends string>(
  works: Readonly<Record<K, Work>>,
  rounds = 6,
  effort: Effort = { milliseconds: 75 },
): Promise<Record<K, number>> {
  return least(rounds, async () => {
    const times = {} as Record<K, number>
    for (const name of Object.keys(works) as K[]) times[name] = await fastest(works[name], effort)
    return times
  })
}
