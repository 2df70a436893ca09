/** Whatever a plan holds, writing it takes as much memory as the slabs in flight. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { engines } from './support/checkpoint.js'
import { cannotRun } from './support/environment.js'

const run = promisify(execFile)

/** A file system in memory: the disk's speed is no matter of this test. */
const RAM_DISK = '/dev/shm'

/** What writing may take beside what Node and the plan themselves do, in KiB as `maxRSS` is. */
const BOUND = 256 << 10

/** Writes as many bytes in tensors of a megabyte as in one that has them all; how far the resident set went, in KiB. */
const program = (path: string, engine: string, megabytes: number) => `
  import { plan } from 'symbreak'
  const many = Array.from({ length: ${megabytes / 2} }, (_, i) => ({ name: 'blocks.' + i, shape: [512, 512] }))
  const tensors = [...many, { name: 'embedding', shape: [${megabytes / 2} * 512, 512] }]
  const rules = [{ match: '*', init: 'random_uniform' }]
  const before = process.resourceUsage().maxRSS
  await plan({ seed: 1, tensors, rules }).write(${JSON.stringify(path)}, { engine: '${engine}' })
  console.log(process.resourceUsage().maxRSS - before)`

for (const engine of engines) {
  // The TypeScript engine takes several times as long for a byte.
  const megabytes = engine === 'native' ? 1024 : 512
  test.serial(`${engine}: ${megabytes} MB are written within 256 MB`, async (t) => {
    const disk = await statfs(RAM_DISK).catch(() => undefined)
    const free = disk === undefined ? 0 : disk.bavail * disk.bsize
    if (free < megabytes * 1.5e6) return cannotRun(t, `${RAM_DISK} has no room for ${megabytes} MB`)
    const folder = await mkdtemp(join(RAM_DISK, 'symbreak-'))
    t.teardown(() => rm(folder, { recursive: true, force: true }))
    const path = join(folder, 'm.safetensors')
    const { stdout } = await run(
      process.execPath,
      ['--input-type=module', '-e', program(path, engine, megabytes)],
      { cwd: import.meta.dirname },
    )
    t.true((await stat(path)).size > megabytes << 20)
    t.true(Number(stdout) < BOUND, `${stdout.trim()} KiB`)
  })
}
