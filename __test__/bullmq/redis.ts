import { spawn, spawnSync } from 'node:child_process'
import { createServer } from 'node:net'
import { once } from 'node:events'
import anyTest, { type TestFn } from 'ava'
import { requireAll } from '../support/environment.js'

/** A redis-server of the test's own, on loopback, that keeps nothing. */
export interface Redis {
  readonly connection: { readonly host: string; readonly port: number }
  stop(): Promise<void>
}

/** Whether the tests can start one; where continuous integration lacks it, or all is required, they are to fail. */
const redisExists =
  spawnSync('redis-server', ['--version']).status === 0 || process.env['CI'] !== undefined || requireAll

export async function startRedis(): Promise<Redis> {
  const port = await freePort()
  const quiet = ['--save', '', '--appendonly', 'no', '--daemonize', 'no']
  const server = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', ...quiet])
  const exited = once(server, 'exit')
  await new Promise<void>((resolve, reject) => {
    server.on('error', reject)
    server.on('exit', (code) => reject(new Error(`redis-server ended with code ${code}`)))
    server.stdout.on('data', (text: Buffer) => text.includes('Ready to accept connections') && resolve())
  })
  return {
    connection: { host: '127.0.0.1', port },
    async stop() {
      server.kill('SIGKILL')
      await exited
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await once(server, 'close')
  return port
}

const tests = anyTest as TestFn<Redis>

/** `test` of the files whose tests share a Redis: one after the other, or not at all where there is none. */
export const test = redisExists ? tests.serial : tests.skip

if (redisExists) {
  tests.before(async (t) => {
    t.context = await startRedis()
  })
  tests.after.always((t) => t.context.stop?.())
}
