import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmod,
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'

import { Readable } from 'node:stream'
import test from 'ava'
import { plan, readSafetensors, verify } from 'symbreak'
import type { PlanSpec, Progress } from 'symbreak'
import { engines, kinds, mixed } from './support/checkpoint.js'
import { cannotRun } from './support/environment.js'
import { folder } from './support/folder.js'

const sha = async (path: string) =>
  createHash('sha256')
    .update(await readFile(path))
    .digest('hex')

for (const engine of engines) {
  test(`${engine}: a file holds what create makes, with its record, and verifies`, async (t) => {
    const path = join(await folder(t), 'm.safetensors')
    const report = await mixed.write(path, { engine, metadata: { author: 'me' } })
    const { metadata, tensors } = await readSafetensors(path)
    const made = mixed.create({ engine: 'js' })
    t.deepEqual([...tensors.keys()], [...made.keys()])
    for (const [name, values] of made) t.deepEqual(tensors.get(name)?.data, values, name)
    t.is(metadata.format, 'pt')
    t.is(metadata.seed, '42')
    t.is(metadata.author, 'me')
    t.deepEqual(plan(JSON.parse(metadata.plan as string) as PlanSpec).toJSON(), mixed.toJSON())
    t.deepEqual(report.files, [{ path, bytes: (await stat(path)).size, tensors: 8, skipped: false }])
    t.deepEqual(await verify(path, { engine }), {
      ok: true,
      tensors: 8,
      bytes: mixed.byteLength,
      mismatches: [],
    })
    t.deepEqual(await readdir(join(path, '..')), ['m.safetensors'])
  })

  test(`${engine}: a header’s tensors start at a multiple of 8 bytes`, async (t) => {
    const path = join(await folder(t), 'm.safetensors')
    for (const note of ['', 'a', 'ab', 'abc', 'abcd']) {
      await mixed.write(path, { engine, metadata: { note } })
      t.is((await readFile(path)).readUInt32LE(0) % 8, 0)
    }
  })

  test(`${engine}: other dtypes are written as create makes them`, async (t) => {
    const path = join(await folder(t), 'm.safetensors')
    const tensors = kinds.filter(({ name }) => name !== 'c')
    for (const dtype of ['F16', 'BF16', 'F64'] as const) {
      const p = plan({ seed: 42, tensors: tensors.map((tensor) => ({ ...tensor, dtype })) })
      await plan({ seed: 42, tensors }).write(path, { engine, dtype })
      const file = await readSafetensors(path)
      for (const [name, values] of p.create({ engine: 'js' }))
        t.deepEqual(file.tensors.get(name)?.data, values, name)
      t.true((await verify(path, { engine })).ok)
    }
  })

  test(`${engine}: shards, alone or shared out in any order, are the same files, and the index comes last`, async (t) => {
    const [one, many] = [await folder(t), await folder(t)]
    const options = { engine, maxShardSize: '100KB' }
    const alone = await mixed.write(join(one, 'm.safetensors'), options)
    t.true(alone.files.length >= 3)
    t.is(alone.indexPath, join(one, 'm.safetensors.index.json'))
    const count = 3
    for (const index of [2, 0, 1]) {
      t.false((await readdir(many)).includes('m.safetensors.index.json'))
      const report = await mixed.write(join(many, 'm.safetensors'), { ...options, shard: { index, count } })
      t.is(report.indexPath !== undefined, index === 1)
    }
    t.deepEqual(await readdir(many), await readdir(one))
    for (const name of await readdir(one)) t.is(await sha(join(many, name)), await sha(join(one, name)), name)
    const all = await verify(alone.indexPath as string, { engine })
    t.deepEqual([all.ok, all.tensors, all.bytes], [true, 8, mixed.byteLength])
    t.true((await verify(alone.files[1]?.path as string, { engine })).ok)
  })

  test(`${engine}: finished shards are skipped, damaged ones are not`, async (t) => {
    const path = join(await folder(t), 'm.safetensors')
    const options = { engine, maxShardSize: 100_000 }
    const first = await mixed.write(path, options)
    t.true((await mixed.write(path, options)).files.every(({ skipped }) => skipped))
    const target = first.files[1]?.path as string
    const before = await sha(target)
    const damaged = await readFile(target)
    damaged[damaged.length - 1] = (damaged.at(-1) as number) ^ 1
    await writeFile(target, damaged)
    const again = await mixed.write(path, options)
    t.deepEqual(
      again.files.map(({ skipped }) => skipped),
      first.files.map((_, i) => i !== 1),
    )
    t.is(await sha(target), before)
    await rm(first.files[0]?.path as string)
    await mixed.write(path, { ...options, shard: { index: 1, count: 2 } })
    const other = await plan({ ...mixed.toJSON(), seed: 43 }).write(path, options)
    t.true(other.files.every(({ skipped }) => !skipped))
  })

  test(`${engine}: an abort leaves the old file and nothing else`, async (t) => {
    const path = join(await folder(t), 'm.safetensors')
    await writeFile(path, 'old')
    const big = plan({ seed: 1, tensors: [{ name: 'w', shape: [4000, 4000], init: 'random_normal' }] })
    const controller = new AbortController()
    const seen: Progress[] = []
    const run = big.write(path, { engine, signal: controller.signal, onProgress: (p) => seen.push(p) })
    setTimeout(() => controller.abort(new Error('enough')), 15)
    const error = await t.throwsAsync(run, { code: 'ERR_ABORTED', name: 'AbortError' })
    t.deepEqual(error.cause, new Error('enough'))
    t.is(await readFile(path, 'utf8'), 'old')
    t.deepEqual(await readdir(join(path, '..')), ['m.safetensors'])
  })

  test(`${engine}: a link stays a link, and what it leads to is replaced`, async (t) => {
    const path = await folder(t)
    await mkdir(join(path, 'store'))
    await writeFile(join(path, 'store', 'real'), 'old')
    await symlink(join('store', 'real'), join(path, 'm.safetensors'))
    await mixed.write(join(path, 'm.safetensors'), { engine })
    t.is(await readlink(join(path, 'm.safetensors')), join('store', 'real'))
    t.true((await lstat(join(path, 'store', 'real'))).size > mixed.byteLength)
  })

  test(`${engine}: a folder that is missing, read-only or in the way is ERR_IO`, async (t) => {
    const path = await folder(t)
    await t.throwsAsync(() => mixed.write(join(path, 'none', 'm.safetensors'), { engine }), {
      code: 'ERR_IO',
      message: /none/,
    })
    await mkdir(join(path, 'm.safetensors'))
    await t.throwsAsync(() => mixed.write(join(path, 'm.safetensors'), { engine }), { code: 'ERR_IO' })
    t.deepEqual(await readdir(path), ['m.safetensors'])
    const locked = join(path, 'locked')
    await mkdir(locked)
    // Root may write to any folder but one that is mounted without the right to.
    const mounted = (await run('mount', ['-t', 'tmpfs', '-o', 'ro', 'tmpfs', locked])) === 0
    if (!mounted && process.getuid?.() === 0) return cannotRun(t, 'root may not mount a folder here')
    await chmod(locked, 0o500).catch(() => undefined)
    const end = mixed.write(join(locked, 'x.safetensors'), { engine })
    await t.throwsAsync(end, { code: 'ERR_IO', message: /locked/ })
    if (mounted) await run('umount', [locked])
  })

  test(`${engine}: a full disk is ERR_IO, and leaves what was there`, async (t) => {
    const path = await folder(t)
    const mount = await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path])
    if (mount !== 0) return cannotRun(t, 'this process may not mount a small disk')
    try {
      await writeFile(join(path, 'm.safetensors'), 'old')
      const big = plan({ seed: 1, tensors: [{ name: 'w', shape: [1024, 1024], init: 'random_normal' }] })
      await t.throwsAsync(() => big.write(join(path, 'm.safetensors'), { engine }), {
        code: 'ERR_IO',
        message: /space/i,
      })
      t.deepEqual(await readdir(path), ['m.safetensors'])
      t.is(await readFile(join(path, 'm.safetensors'), 'utf8'), 'old')
    } finally {
      await run('umount', [path])
    }
  })

  test(`${engine}: a process killed in the middle leaves nothing under the final name`, async (t) => {
    const path = join(await folder(t), 'm.safetensors')
    const program = `import { plan } from 'symbreak'
      const tensors = [{ name: 'w', shape: [20000, 5000], init: 'random_normal' }]
      const onProgress = ({ done, total }) => done < total && process.kill(process.pid, 'SIGKILL')
      await plan({ seed: 1, tensors }).write(${JSON.stringify(path)}, { engine: '${engine}', onProgress })`
    const cwd = import.meta.dirname
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { cwd, stdio: 'inherit' })
    const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
    t.is(signal, 'SIGKILL')
    t.false((await readdir(join(path, '..'))).includes('m.safetensors'))
  })
}

async function run(command: string, args: string[]): Promise<number> {
  const child = spawn(command, args, { stdio: 'ignore' })
  return new Promise((resolve) =>
    child.on('error', () => resolve(1)).on('close', (code) => resolve(code ?? 1)),
  )
}

test('bytes() streams the file that write makes', async (t) => {
  const path = join(await folder(t), 'm.safetensors')
  await mixed.write(path)
  const chunks: Buffer[] = []
  for await (const chunk of Readable.from(mixed.bytes())) chunks.push(Buffer.from(chunk as Uint8Array))
  t.deepEqual(Buffer.concat(chunks), await readFile(path))
})

test('progress counts bytes up to the size of the files', async (t) => {
  const path = join(await folder(t), 'm.safetensors')
  const seen: Progress[] = []
  const report = await mixed.write(path, { maxShardSize: '100KB', onProgress: (p) => seen.push(p) })
  t.deepEqual(
    [seen.at(-1)?.done, seen.at(-1)?.total, seen.at(-1)?.unit],
    [report.bytes, report.bytes, 'bytes'],
  )
})

test('shards are cut greedily in order; a large tensor has a file of its own before the open one', async (t) => {
  const path = await folder(t)
  const sizes = [10, 20, 100, 30, 40, 5]
  const p = plan({
    seed: 1,
    tensors: sizes.map((n, i) => ({ name: `t${i}`, shape: [n / 5, 5], dtype: 'F32', init: 'ones' })),
  })
  const { indexPath } = await p.write(join(path, 'model.safetensors'), { maxShardSize: 240 })
  const index = JSON.parse(await readFile(indexPath as string, 'utf8')) as Record<
    string,
    Record<string, unknown>
  >
  const file = (n: number) => `model-0000${n}-of-00003.safetensors`
  t.deepEqual(index, {
    metadata: { total_size: 820 },
    weight_map: { t0: file(2), t1: file(2), t2: file(1), t3: file(2), t4: file(3), t5: file(3) },
  })
})

test('maxShardSize takes decimal and binary units, and refuses the rest', async (t) => {
  const path = join(await folder(t), 'm.safetensors')
  const p = plan({
    seed: 1,
    tensors: [
      { name: 'a', shape: [250], init: 'ones' },
      { name: 'b', shape: [6], init: 'ones' },
    ],
  })
  const files = async (maxShardSize: number | string) => (await p.write(path, { maxShardSize })).files.length
  t.is(await files('1KB'), 2)
  t.is(await files('1KiB'), 1)
  t.is(await files(1024), 1)
  t.is(await files('0.001 mb'), 2)
  for (const bad of ['', 'GB', '5XB', '-1KB', '1e3', 0, -1, 1.5, NaN, {}]) {
    await t.throwsAsync(
      () => p.write(path, { maxShardSize: bad as string }),
      { code: 'ERR_INVALID_ARGUMENT' },
      String(bad),
    )
  }
  await t.throwsAsync(() => p.write(path, { shard: { index: 0, count: 2 } }), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /maxShardSize/,
  })
  await t.throwsAsync(() => p.write(path, { maxShardSize: 9, shard: { index: 2, count: 2 } }), {
    code: 'ERR_INVALID_ARGUMENT',
  })
  await t.throwsAsync(() => p.write(path, { metadata: { plan: 'x' } }), { code: 'ERR_INVALID_ARGUMENT' })
  await t.throwsAsync(() => p.write(path, { metadata: { x: 1 as never } }), { code: 'ERR_INVALID_ARGUMENT' })
  await t.throwsAsync(() => p.write(path, { color: 1 } as never), { code: 'ERR_INVALID_ARGUMENT' })
})
