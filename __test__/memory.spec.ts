/** Nothing stays behind: the second half of many calls leaves the resident set where the first half brought it. */
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const program = fileURLToPath(new URL('memory/soak.mjs', import.meta.url))

/** What an allocator may keep; a leak of a few kilobytes a call would be more in each of these. */
const NOISE = 4 << 20

for (const engine of ['auto', 'js']) {
  test(`no call leaves memory behind on engine ${engine}`, async (t) => {
    const env = { ...process.env, SYMBREAK_ENGINE: engine }
    const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', program], { env })
    const growth = JSON.parse(stdout) as Record<string, number>
    t.true(Object.keys(growth).length >= 15)
    t.deepEqual(
      Object.entries(growth).filter(([, bytes]) => bytes > NOISE),
      [],
    )
  })
}
