/**
 * Makes sure that there is a redis-server, which the tests of `symbreak/bullmq` start for themselves: installs Debian's
 * package where that can be done without asking. Elsewhere it says what is missing, and those tests are skipped (in
 * continuous integration, and with SYMBREAK_REQUIRE=all, they fail).
 */
import { spawnSync } from 'node:child_process'
import { pathToFileURL } from 'node:url'
import { has } from './lib/shell.mjs'

export function installRedis() {
  if (has('redis-server')) return
  if (process.getuid?.() !== 0 || !has('apt-get')) {
    console.error('redis-server is missing: install it to run the tests of symbreak/bullmq')
    return
  }
  console.error('setup: installing redis-server')
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = () =>
    spawnSync('apt-get', ['install', '--yes', '--no-install-recommends', 'redis-server'], {
      env,
      stdio: 'ignore',
    })
  if (install().status === 0) return
  spawnSync('apt-get', ['update'], { env, stdio: 'ignore' })
  if (install().status !== 0) console.error('apt-get could not install redis-server')
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) installRedis()
