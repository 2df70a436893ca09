import { Buffer } from 'node:buffer'
import { open, readFile, stat, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import test from 'ava'
import { plan, verify } from 'symbreak'
import { engines, kinds, mixed } from './support/checkpoint.js'
import { folder } from './support/folder.js'

for (const engine of engines) {
  test(`${engine}: verify tells each tensor’s first wrong byte, missing bytes and extra ones`, async (t) => {
    const path = join(await folder(t), 'm.safetensors')
    await mixed.write(path, { engine })
    const size = (await stat(path)).size
    const dataStart = size - mixed.byteLength
    const file = await open(path, 'r+')
    await file.write(Buffer.from([1]), 0, 1, dataStart + 300 * 100 * 4 + 5)
    for (const at of [100, 200]) {
      const byte = (await readFile(path))[size - at] as number
      await file.write(Buffer.from([byte ^ 1]), 0, 1, size - at)
    }
    await file.close()
    const g = 1000 * 257 * 4
    const found = await verify(path, { engine })
    t.deepEqual(found.mismatches, [
      { name: 'b', offset: 5 },
      { name: 'g', offset: g - 200 },
    ])
    t.false(found.ok)
    await mixed.write(path, { engine })
    const whole = await readFile(path)
    await writeFile(path, whole.subarray(0, size - 64))
    t.deepEqual((await verify(path, { engine })).mismatches, [{ name: 'g', offset: g - 64 }])
    await writeFile(path, Buffer.concat([whole, Buffer.alloc(1)]))
    t.false((await verify(path, { engine })).ok)
  })

  test(`${engine}: a sample sees that a file has lost its end`, async (t) => {
    const path = join(await folder(t), 'm.safetensors')
    await mixed.write(path, { engine })
    const whole = await readFile(path)
    await writeFile(path, whole.subarray(0, whole.length - 64))
    const found = await verify(path, { engine, sample: 1e-9, seed: 1 })
    t.deepEqual([found.ok, found.mismatches], [false, [{ name: 'g', offset: 1000 * 257 * 4 - 64 }]])
  })

  test(`${engine}: a sample looks at some of every tensor, the same for the same seed`, async (t) => {
    const path = join(await folder(t), 'm.safetensors')
    const tensors = [
      ...kinds,
      { name: 'big', shape: [3, 2 ** 18 + 1], init: 'random_uniform', dtype: 'F16' as const },
    ]
    await plan({ seed: 42, tensors }).write(path, { engine })
    const small = mixed.byteLength
    const sample = await verify(path, { engine, sample: 1e-9, seed: 1 })
    t.like(sample, { ok: true, tensors: 9, seed: '1' })
    t.true([2 ** 19 + small, 6 + small].includes(sample.bytes), String(sample.bytes))
    const most = await verify(path, { engine, sample: 0.75, seed: 2 })
    t.true(most.bytes > sample.bytes && most.bytes <= 3 * 2 ** 19 + small)
    t.is((await verify(path, { engine, sample: 1 })).bytes, 6 * (2 ** 18 + 1) + small)
    // A wrong byte in each tile of the large tensor: a sample finds the first that it looks at.
    const file = await open(path, 'r+')
    const start = (await stat(path)).size - 6 * (2 ** 18 + 1)
    for (const tile of [0, 1, 2, 3]) await file.write(Buffer.from([0x7e]), 0, 1, start + tile * 2 ** 19 + 5)
    await file.close()
    const found = new Set<number | undefined>()
    for (const seed of [1, 2, 3, 4, 5, 6, 7, 8]) {
      const { ok, mismatches } = await verify(path, { engine, sample: 0.25, seed })
      t.deepEqual([ok, mismatches.length, mismatches[0]?.name], [false, 1, 'big'])
      t.deepEqual(mismatches, (await verify(path, { engine, sample: 0.25, seed })).mismatches)
      found.add(mismatches[0]?.offset)
    }
    t.true(found.size > 1)
    for (const wrong of [0, -1, 1.1, NaN, '0.5'])
      await t.throwsAsync(() => verify(path, { sample: wrong as number }), { code: 'ERR_INVALID_ARGUMENT' })
    await t.throwsAsync(() => verify(path, { seed: 1 }), { code: 'ERR_INVALID_ARGUMENT' })
    await t.throwsAsync(() => verify(path, { sample: 0.5, seed: -1 }), { code: 'ERR_INVALID_SEED' })
  })
}

test('verify refuses files without a record, and indexes that name paths', async (t) => {
  const path = await folder(t)
  const bare = join(path, 'bare.safetensors')
  const json = Buffer.from('{"__metadata__":{"plan":"{\\"seed\\":1}"}}')
  await writeFile(bare, Buffer.concat([Buffer.from([json.length, 0, 0, 0, 0, 0, 0, 0]), json]))
  await t.throwsAsync(() => verify(bare), { code: 'ERR_BAD_FILE', message: /record/ })
  await writeFile(bare, Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d]))
  await t.throwsAsync(() => verify(bare), { code: 'ERR_BAD_FILE', message: /record/ })
  const index = join(path, 'm.safetensors.index.json')
  for (const weightMap of ['../x.safetensors', '/etc/passwd', '..', 'a\\b', '', 3, null]) {
    await writeFile(index, JSON.stringify({ weight_map: { w: weightMap } }))
    await t.throwsAsync(() => verify(index), { code: 'ERR_BAD_FILE' }, String(weightMap))
  }
  await t.throwsAsync(() => verify(join(path, 'none.safetensors')), { code: 'ERR_IO' })
})

test('a checkpoint whose tensors were taken out or exchanged does not verify', async (t) => {
  const path = join(await folder(t), 'm.safetensors')
  const { indexPath, files } = await mixed.write(path, { maxShardSize: '100KB' })
  const text = await readFile(indexPath as string, 'utf8')
  const index = JSON.parse(text) as { weight_map: Record<string, string> }
  delete index.weight_map.d
  await writeFile(indexPath as string, JSON.stringify(index))
  t.false((await verify(indexPath as string)).ok)
  await writeFile(
    indexPath as string,
    text.replaceAll(`"b": "${index.weight_map.b}"`, `"b": "${basename(files[0]?.path as string)}"`),
  )
  t.false((await verify(indexPath as string)).ok)
  await writeFile(indexPath as string, text)
  t.true((await verify(indexPath as string)).ok)
})

const native = engines.includes('native') ? test : test.skip
native('what onProgress throws rejects the promise', async (t) => {
  const big = plan({ seed: 1, tensors: [{ name: 'w', shape: [4000, 4000], init: 'orthogonal' }] })
  const thrown = new Error('mine')
  const onProgress = () => {
    throw thrown
  }
  const path = join(await folder(t), 'm.safetensors')
  t.is(await t.throwsAsync(big.write(path, { engine: 'native', onProgress })), thrown)
  await t.throwsAsync(stat(path))
})
