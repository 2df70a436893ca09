/** Nothing stays behind, and memory that may not be handed over is copied. `npm run soak` is the long form. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'
import * as symbreak from 'symbreak'
import { heNormal, systemInfo } from 'symbreak'
import { folder } from './support/folder.js'

const run = promisify(execFile)
const here = (name: string) => fileURLToPath(new URL(`memory/${name}`, import.meta.url))

/** What an allocator may keep; a leak of a few kilobytes a call would be more in each of these. */
const NOISE = 4 << 20

/** What calls leave behind in a process of their own, by name. */
async function soak(env: Record<string, string>, names: string[] = []) {
  const args = ['--expose-gc', here('soak.mjs'), ...names]
  const { stdout, stderr } = await run(process.execPath, args, { env: { ...process.env, ...env } })
  const growth = JSON.parse(stdout) as Record<string, { resident: number }>
  return { names: Object.keys(growth), leaks: leaksOf(growth), stderr }
}

function leaksOf(growth: Record<string, { resident: number }>) {
  return Object.entries(growth).filter(([, { resident }]) => resident > NOISE)
}

/** One of each way through the binding. */
const NAMES =
  'uniform,normal F64,truncatedNormal,bernoulli,integers,permutation,heNormal,orthogonal,sparse,fill,plan.create,' +
  'new Network,net.weights,net.predict,net.fit,refusal'

/** Of whose calls nothing can stay: classes, and adapters that need another package. */
const APART = ['Plan', 'TrainingRun', 'fromArrow', 'toArrow', 'toOnnx', 'registerInitializer']

test('the soak calls every public function', async (t) => {
  const text = await readFile(here('soak.mjs'), 'utf8')
  const functions = Object.entries(symbreak).flatMap(([name, value]) =>
    typeof value === 'function' ? name : [],
  )
  t.deepEqual(
    functions.filter((name) => !APART.includes(name) && !new RegExp(`\\b${name}\\b`).test(text)),
    [],
  )
})

test('nothing is exported that is not named for it', (t) => {
  t.deepEqual(
    Object.keys(symbreak).filter((name) => name.length < 3),
    ['r2'],
  )
})

for (const engine of ['auto', 'js']) {
  test(`no call leaves memory behind on engine ${engine}`, async (t) => {
    const { names, leaks } = await soak({ SYMBREAK_ENGINE: engine }, NAMES.split(','))
    t.true(names.length > 20)
    t.deepEqual(leaks, [])
  })
}

const onGlibc = process.platform === 'linux' && systemInfo().nativeError === undefined ? test : test.skip

onGlibc('a host that refuses external ArrayBuffers, as Electron does, gets copies', async (t) => {
  const built = await folder(t)
  const library = join(built, 'refuse.so')
  await run('cc', ['-shared', '-fPIC', '-O1', '-o', library, here('refuse.c'), '-ldl'])
  const env = { LD_PRELOAD: library, SYMBREAK_ENGINE: 'native' }
  const { stdout, stderr } = await run(process.execPath, [here('async.mjs')], {
    env: { ...process.env, ...env },
  })
  const expected = createHash('sha256')
    .update(heNormal({ seed: 7 }).create([700, 700]))
    .digest('hex')
  t.deepEqual(JSON.parse(stdout), { create: expected, readable: true })
  t.true(Number(/refused (\d+)/.exec(stderr)?.[1]) > 0, stderr)
  const soaked = await soak({ ...env, SYMBREAK_SOAK: '400' }, [
    'heNormal async',
    'net.predict',
    'uniformAsync',
  ])
  t.is(soaked.names.length, 3)
  t.deepEqual(soaked.leaks, [])
  t.regex(soaked.stderr, /refused [1-9]/)
})
