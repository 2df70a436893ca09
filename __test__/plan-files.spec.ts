/** Plans from files, and where files may go. */

import { execFileSync } from 'node:child_process'

import { lstat, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

import test from 'ava'
import { plan, planFromFile, readNpy, readNpz, readSafetensors, verify } from 'symbreak'
import type { Progress } from 'symbreak'
import { engines, mixed } from './support/checkpoint.js'
import { folder } from './support/folder.js'

test('planFromFile takes the names, shapes and types of checkpoints', async (t) => {
  const path = join(await folder(t), 'm.safetensors')
  const p = plan({
    seed: 1,
    tensors: [
      { name: 'a.weight', shape: [4, 3], init: 'ones', dtype: 'BF16' },
      { name: 'a.bias', shape: [4], init: 'ones' },
    ],
  })
  const { indexPath } = await p.write(path, { maxShardSize: 16 })
  const rules = [{ match: '*', init: 'he_uniform' }]
  const outline = [
    ['a.weight', [4, 3], 'BF16'],
    ['a.bias', [4], 'F32'],
  ]
  const again = await planFromFile(indexPath as string, { preset: 'torch', seed: 5 })
  t.deepEqual(again.tensors.map(({ name, shape, dtype }) => [name, shape, dtype]).sort(), [...outline].sort())
  t.is(again.seed, 5n)
  await p.write(path)
  t.deepEqual(
    (await planFromFile(path, { preset: 'torch' })).tensors.map(({ name, shape, dtype }) => [
      name,
      shape,
      dtype,
    ]),
    outline,
  )
  t.deepEqual(
    (await planFromFile(path, { preset: 'torch', dtype: 'F16', exclude: ['*bias'] })).tensors.map(
      ({ dtype }) => dtype,
    ),
    ['F16'],
  )
  await t.throwsAsync(() => planFromFile(path, {}), {
    code: 'ERR_INVALID_ARGUMENT',
    message: /a\.weight[^]*a\.bias/,
  })
  await t.throwsAsync(() => planFromFile(path, { rules, exclude: ['*weight'], layout: 'torch' }), {
    code: 'ERR_INVALID_SHAPE',
  })
})

for (const engine of engines) {
  test(`${engine}: pipes, devices and folders are refused, a link to nothing yet is followed`, async (t) => {
    const where = await folder(t)
    const pipe = join(where, 'pipe')
    execFileSync('mkfifo', [pipe])
    for (const path of [pipe, '/dev/null', where]) {
      const error = await t.throwsAsync(() => mixed.write(path, { engine }), { code: 'ERR_IO' })
      t.regex(String(error?.message), /no regular file/)
    }
    t.true((await lstat(pipe)).isFIFO())
    for (const path of ['', 'a\0b'])
      await t.throwsAsync(() => mixed.write(path, { engine }), { code: 'ERR_INVALID_PATH' })
    await mkdir(join(where, 'real'))
    await symlink('real/m.safetensors', join(where, 'link'))
    await symlink('link', join(where, 'link2'))
    await mixed.write(join(where, 'link2'), { engine })
    t.true((await lstat(join(where, 'link'))).isSymbolicLink())
    t.true((await verify(join(where, 'real', 'm.safetensors'))).ok)
  })

  test(`${engine}: progress of a stream of tensors is told on the way`, async (t) => {
    // Doubles, which take a tenth of a second on any machine.
    const tensors = [{ name: 'a', shape: [4000, 2500], dtype: 'F64' as const, init: 'truncated_normal' }]
    const p = plan({ seed: 1, tensors })
    const seen: Progress[] = []
    for await (const _ of p.tensorsAsync({ engine, threads: 1, onProgress: (now) => seen.push({ ...now }) }));
    t.true(seen.length > 1)
    t.is(seen.at(-1)?.done, p.size)
  })
}

test('the layouts of a file of this package are taken with its names and shapes', async (t) => {
  const where = await folder(t)
  const path = join(where, 'm.safetensors')
  const tensors = [
    { name: 'a', shape: [40, 3], init: 'he_normal' },
    { name: 'b', shape: [40, 3], init: 'he_normal', layout: 'torch' as const },
  ]
  const rules = [{ match: '*', init: 'he_normal' }]
  for (const layout of [undefined, 'mlx'] as const) {
    await plan({ seed: 1, tensors, layout }).write(path)
    const again = await planFromFile(path, { seed: 1, rules })
    t.deepEqual(again.create(), plan({ seed: 1, tensors, layout }).create())
  }
})

test('an index that names tensors which its files lack is refused; excluded ones may be of any type', async (t) => {
  const where = await folder(t)
  const { indexPath } = await mixed.write(join(where, 'm.safetensors'), { maxShardSize: '1MB' })
  const index = JSON.parse(await readFile(indexPath as string, 'utf8')) as {
    weight_map: Record<string, string>
  }
  index.weight_map['ghost'] = Object.values(index.weight_map)[0] as string
  await writeFile(indexPath as string, JSON.stringify(index))
  const rules = [{ match: '*', init: 'zeros' }]
  const error = await t.throwsAsync(() => planFromFile(indexPath as string, { rules }), {
    code: 'ERR_BAD_FILE',
  })
  t.regex(String(error?.message), /"ghost"/)
  t.is(
    (await planFromFile(indexPath as string, { rules, exclude: ['ghost'] })).tensors.length,
    mixed.tensors.length,
  )
  const list = join(where, 'list.json')
  const named = [
    { name: 'w', shape: [2, 2], dtype: 'float32' },
    { name: 'steps', shape: [], dtype: 'int64' },
    { name: 'lstm/bias', shape: [8], dtype: 'float32', unit_forget_bias: true },
  ]
  await writeFile(list, JSON.stringify({ framework: 'keras', tensors: named }))
  await t.throwsAsync(() => planFromFile(list, { rules }), { code: 'ERR_BAD_FILE' })
  const made = (await planFromFile(list, { rules, exclude: ['steps'] })).create()
  t.deepEqual(made.get('lstm/bias'), Float32Array.of(0, 0, 1, 1, 0, 0, 0, 0))
  for (const shape of [undefined, [2 ** 50], 'x']) {
    await writeFile(list, JSON.stringify({ framework: 'keras', tensors: [{ ...named[2], shape }] }))
    const refused = await t.throwsAsync(async () => (await planFromFile(list)).create())
    t.regex(String((refused as { code?: string }).code), /^ERR_(INVALID_SHAPE|OUT_OF_MEMORY)$/)
  }
})

test('pipes that nobody writes to are never waited for, and links that lead in a circle are refused', async (t) => {
  const where = await folder(t)
  const pipe = join(where, 'kk-00001-of-00002.safetensors')
  execFileSync('mkfifo', [pipe])
  const refused = { code: 'ERR_IO', message: /no regular file/ }
  for (const read of [verify, readSafetensors, planFromFile, readNpy, readNpz])
    await t.throwsAsync(() => read(pipe) as Promise<unknown>, refused)
  const tensors = ['a', 'b'].map((name) => ({ name, shape: [1], init: 'ones' }))
  const small = plan({ seed: 1, tensors })
  await t.throwsAsync(() => small.write(join(where, 'kk.safetensors'), { maxShardSize: 4 }), refused)
  await symlink('lb', join(where, 'la'))
  await symlink('la', join(where, 'lb'))
  await t.throwsAsync(() => small.write(join(where, 'la')), { code: 'ERR_IO', message: /circle/ })
  await symlink('/dev/zero', join(where, 'zero.json'))
  await t.throwsAsync(() => planFromFile(join(where, 'zero.json')), { code: 'ERR_BAD_FILE' })
  const empty = join(where, 'e.index.json')
  await writeFile(empty, '{"weight_map":{}}')
  await t.throwsAsync(() => planFromFile(empty), { code: 'ERR_BAD_FILE' })
  t.throws(() => plan({ seed: 1, tensors: [{ ...tensors[0], kind: 3 } as never] }), {
    code: 'ERR_INVALID_ARGUMENT',
  })
})
