/** What plans and files carry: signs of zeros, metadata, permissions, and names. */
import { chmod, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import test from 'ava'
import { destinationOf } from '../src/files/replace.js'
import {
  constant,
  fromPretrained,
  plan,
  planFromFile,
  readSafetensors,
  verify,
  writeNpy,
  writeShards,
  type Plan,
} from 'symbreak'
import { folder } from './support/folder.js'

const engines = ['native', 'js'] as const
const refused = { code: 'ERR_INVALID_ARGUMENT' }

function withNegativeZeros(): Plan {
  const init = fromPretrained({ data: Float32Array.of(-0, 1), shape: [2] }, { fill: -0 })
  return plan({
    seed: 1,
    tensors: [
      { name: 'a', shape: [3], init },
      { name: '-0', shape: [2], init: constant({ value: [-0, 2] }) },
      { name: 'c', shape: [2], init: constant({ value: -0 }) },
    ],
  })
}

test('negative zeros are those that were given, whoever writes and verifies them', async (t) => {
  const made = withNegativeZeros()
  const inFolder = await folder(t)
  const one = join(inFolder, 'one.safetensors')
  await made.write(one)
  t.true((await verify(one)).ok)
  const { tensors } = await readSafetensors(one)
  t.deepEqual(tensors.get('a')?.data, Float32Array.of(-0, 1, -0))
  t.deepEqual(tensors.get('-0')?.data, Float32Array.of(-0, 2))
  const [left, right] = [join(inFolder, 'left.safetensors'), join(inFolder, 'right.safetensors')]
  const { files } = await made.write(left, { maxShardSize: 8 })
  await writeShards(made, right, { maxShardSize: 8 })
  t.is(files.length, 3)
  for (const { path } of files)
    t.deepEqual(await readFile(path), await readFile(path.replace('left', 'right')), path)
  t.true((await verify(join(inFolder, 'right.safetensors.index.json'))).ok)
})

test('a plan cannot be changed through what it shows', (t) => {
  const made = withNegativeZeros()
  const before = JSON.stringify(made)
  t.throws(() => (made.tensors as unknown[]).reverse(), { instanceOf: TypeError })
  t.throws(() => (((made.tensors[0] as { shape: unknown }).shape as number[])[0] = 9), {
    instanceOf: TypeError,
  })
  t.is(JSON.stringify(made), before)
})

test('metadata may be a Map, and nothing that would be lost', async (t) => {
  const path = join(await folder(t), 'm.safetensors')
  const made = plan({ seed: 1, tensors: [{ name: 'a', shape: [2], init: 'ones' }] })
  await made.write(path, { metadata: new Map([['note', 'b']]) })
  t.is((await readSafetensors(path)).metadata['note'], 'b')
  for (const metadata of [new Set(['a']), new Date(), new Uint8Array(2)])
    await t.throwsAsync(made.write(path, { metadata: metadata as never }), refused)
})

test('tensors of 16 bits are pretrained ones as they are read', async (t) => {
  const path = join(await folder(t), 'half.safetensors')
  for (const dtype of ['F16', 'BF16', 'F32', 'F64'] as const) {
    const init = constant({ value: [0.5, -1.5, 1024, 2 ** -14] })
    await plan({ seed: 1, dtype, tensors: [{ name: 'a', shape: [4], init }] }).write(path)
    const found = (await readSafetensors(path)).tensors.get('a')
    if (found === undefined) return t.fail('no tensor')
    const again = plan({ seed: 1, dtype, tensors: [{ name: 'a', shape: [4], init: fromPretrained(found) }] })
    t.deepEqual(again.create().get('a'), found.data as Float32Array, dtype)
  }
  t.throws(() => fromPretrained({ data: new Uint16Array(1), shape: [1] }), refused)
  t.throws(() => fromPretrained({ data: new Int32Array(1), shape: [1] }), refused)
})

test('files with no metadata object are read as others read them', async (t) => {
  const path = join(await folder(t), 'null.safetensors')
  const header = '{"__metadata__":null,"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
  const size = Buffer.alloc(8)
  size.writeBigUInt64LE(BigInt(header.length))
  await writeFile(path, Buffer.concat([size, Buffer.from(header), Buffer.alloc(4)]))
  t.deepEqual((await readSafetensors(path)).metadata, {})
  t.is((await planFromFile(path, { rules: [{ match: '*', init: 'zeros' }] })).tensors.length, 1)
})

for (const engine of engines) {
  test(`${engine}: a file that is replaced keeps its permissions, and may have the longest name`, async (t) => {
    const inFolder = await folder(t)
    const made = plan({ seed: 1, tensors: [{ name: 'a', shape: [2], init: 'ones' }] })
    const path = join(inFolder, 'private.safetensors')
    await made.write(path, { engine })
    await chmod(path, 0o600)
    await made.write(path, { engine })
    t.is((await stat(path)).mode & 0o777, 0o600)
    const long = join(inFolder, `${'x'.repeat(243)}.safetensors`)
    await made.write(long, { engine })
    t.true((await verify(long)).ok)
    t.is((await readdir(inFolder)).length, 2)
    const { temporary } = await destinationOf(long)
    t.is(dirname(temporary), inFolder)
  })
}

test('what a killed writer left is removed by the next one, a day later', async (t) => {
  const inFolder = await folder(t)
  const path = join(inFolder, 'a.safetensors')
  const [old, fresh, other] = [
    'a.safetensors.0123abcd.tmp',
    'a.safetensors.89abcdef.tmp',
    'a.safetensors.tmp',
  ]
  const dayBefore = new Date(Date.now() - 25 * 3_600_000)
  for (const name of [old, fresh, other] as string[]) await writeFile(join(inFolder, name), 'half')
  for (const name of [old, other] as string[]) await utimes(join(inFolder, name), dayBefore, dayBefore)
  await plan({ seed: 1, tensors: [{ name: 'a', shape: [2], init: 'ones' }] }).write(path)
  t.deepEqual((await readdir(inFolder)).sort(), ['a.safetensors', fresh, other].sort())
})

test("a source's own error is its own, and no failure of the disk", async (t) => {
  async function* parts() {
    yield Float32Array.of(1)
    throw new Error('own')
  }
  const path = join(await folder(t), 'a.npy')
  await t.throwsAsync(writeNpy(path, { shape: [2], dtype: 'F32', data: parts() }), { message: 'own' })
})

test('many shards of many tensors take no more than their own heads', async (t) => {
  const path = join(await folder(t), 'moe.safetensors')
  const tensors = Array.from({ length: 6000 }, (_, i) => ({
    name: `model.layers.${i % 60}.mlp.experts.${i}.down_proj.weight`,
    shape: [4, 4],
    init: 'heNormal',
  }))
  const made = plan({ seed: 1, tensors })
  const options = { maxShardSize: 64 * 100 }
  const report = await writeShards(made, path, options)
  t.is(report.files.length, 60)
  const again = await made.write(path, options)
  t.true(again.files.every(({ skipped }) => skipped))
  const read = await planFromFile(`${path}.index.json`, { rules: [{ match: '*', init: 'zeros' }] })
  t.is(read.tensors.length, 6000)
})
