/** Peers in Python: programs of crates/benches/peers that measure one case each time they are asked. */
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** Milliseconds that so many units of a case (default 1) take each peer, by its name. */
export type Ask = (name: string, units?: number) => Promise<Record<string, number>>

/**
 * Starts a peers' program for as long as `work` takes, so that both sides can be measured in turns.
 *
 * @param python - path of an interpreter that has the peers; without one they have no times
 */
export async function besidePeers(
  python: string | undefined,
  program: string,
  threads: number,
  work: (ask: Ask) => Promise<void>,
): Promise<void> {
  if (python === undefined) return work(() => Promise.resolve({}))
  const path = fileURLToPath(new URL(`../../../crates/benches/peers/${program}.py`, import.meta.url))
  const child = spawn(python, [path, '--threads', String(threads), '--ask'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  try {
    await work(async (name, units = 1) => {
      child.stdin.write(`${name}\n`)
      const { value, done } = await answers.next()
      if (done === true) throw new Error(`${path} ended when it was asked for ${name}`)
      const times = JSON.parse(value) as Record<string, number>
      return Object.fromEntries(Object.entries(times).map(([peer, time]) => [peer, time * units]))
    })
  } finally {
    child.kill()
  }
}
