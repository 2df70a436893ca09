/** Readers and writers of files under a signal, and what they report. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import {
  dense,
  lsuv,
  Network,
  plan,
  readNpy,
  readNpz,
  readSafetensors,
  writeNpy,
  writeNpz,
  type AsyncOptions,
  type Progress,
} from 'symbreak'
import { folder } from './support/folder.js'

const data = Float32Array.from({ length: 1000 }, (_, i) => i)
const array = { shape: [10, 100], data }
const network = () => new Network({ inputs: 4, layers: [dense(3)], loss: 'meanSquaredError', seed: 1 })

type Call = (path: string, options?: AsyncOptions) => Promise<unknown>

const WRITERS: Record<string, Call> = {
  save: (path, options) => network().save(path, options),
  writeNpy: (path, options) => writeNpy(path, array, options),
  writeNpz: (path, options) => writeNpz(path, { array }, options),
}

const READERS: Record<string, { make: Call; read: Call }> = {
  load: { make: (path) => network().save(path), read: (path, options) => Network.load(path, options) },
  readSafetensors: {
    make: (path) => plan({ seed: 1, tensors: [{ name: 'w', shape: [9], init: 'ones' }] }).write(path),
    read: readSafetensors,
  },
  readNpy: { make: (path) => writeNpy(path, array), read: readNpy },
  'readNpy of bytes': {
    make: (path) => writeNpy(path, array),
    read: async (path, options) => readNpy(await readFile(path), options),
  },
  readNpz: { make: (path) => writeNpz(path, { array }), read: readNpz },
}

/** Calls with a callback; every call must report its end. */
async function reports(
  t: ExecutionContext,
  call: (options: AsyncOptions) => Promise<unknown>,
): Promise<void> {
  const seen: Progress[] = []
  await call({ onProgress: (progress) => seen.push(progress) })
  const last = seen.at(-1)
  t.true(last !== undefined && last.total > 0)
  t.is(last?.done, last?.total)
  await t.throwsAsync(call({ onProgress: 7 as never }), { code: 'ERR_INVALID_ARGUMENT' })
  await t.throwsAsync(call({ other: 7 } as never), { code: 'ERR_INVALID_ARGUMENT' })
}

for (const [name, write] of Object.entries(WRITERS)) {
  test(`${name} obeys its signal, leaves nothing behind, and reports its end`, async (t) => {
    const here = await folder(t)
    const path = join(here, 'file')
    await t.throwsAsync(write(path, { signal: AbortSignal.abort() }), {
      code: 'ERR_ABORTED',
      name: 'AbortError',
    })
    t.deepEqual(await readdir(here), [])
    await reports(t, (options) => write(path, options))
    t.deepEqual(await readdir(here), ['file'])
  })
}

for (const [name, { make, read }] of Object.entries(READERS)) {
  test(`${name} obeys its signal and reports its end`, async (t) => {
    const path = join(await folder(t), 'file')
    await make(path)
    await t.throwsAsync(read(path, { signal: AbortSignal.abort() }), { code: 'ERR_ABORTED' })
    await reports(t, (options) => read(path, options))
  })
}

test('an array that is aborted while it comes leaves the file that was there', async (t) => {
  const here = await folder(t)
  const path = join(here, 'file.npy')
  await writeNpy(path, array)
  const stop = new AbortController()
  const parts = function* () {
    yield data
    stop.abort()
    yield data
  }
  const twice = { shape: [20, 100], dtype: 'F32' as const, data: parts() }
  await t.throwsAsync(writeNpy(path, twice, { signal: stop.signal }), { code: 'ERR_ABORTED' })
  t.deepEqual(await readdir(here), ['file.npy'])
  t.deepEqual((await readNpy(path)).shape, [10, 100])
})

test('lsuv obeys its signal and reports its layers', async (t) => {
  const layer = { weights: Float32Array.of(2, -2), outputs: () => Float32Array.of(1, -1) }
  await t.throwsAsync(lsuv([layer], { signal: AbortSignal.abort() }), { code: 'ERR_ABORTED' })
  await reports(t, (options) => lsuv([layer], options))
})
