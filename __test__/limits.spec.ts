/** Tensors that no machine can hold, and values that take long to compute: errors and patience, never an abort. */
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import test from 'ava'
import * as symbreak from 'symbreak'
import { plan, verify, type Initializer } from 'symbreak'
import { engines, folder } from './support/checkpoint.js'

const { orthogonal, convOrthogonal, sparse, haar, mimetic, reservoir, spectralNorm, spectralNormal } =
  symbreak

/** More than any memory, in each of the laws that are made as one piece. */
const huge: readonly [string, Initializer, number[]][] = [
  ['orthogonal', orthogonal({ seed: 1 }), [3e5, 3e5]],
  ['convOrthogonal', convOrthogonal({ seed: 1 }), [3, 3, 1e5, 1e5]],
  ['sparse', sparse({ seed: 1, sparsity: 0.5 }), [3e5, 3e5]],
  ['haar', haar(), [2 ** 20, 2 ** 20]],
]

for (const engine of engines) {
  for (const [name, init, shape] of huge) {
    test(`${engine}: ${name} larger than memory is ERR_OUT_OF_MEMORY, whatever asks for it`, async (t) => {
      const refused = { code: 'ERR_OUT_OF_MEMORY' }
      const range = { offset: 5, length: 3, engine }
      const out = Float32Array.of(7, 7, 7)
      t.throws(() => init.create(shape, range), refused)
      t.throws(() => init.fill(out, shape, range), refused)
      await t.throwsAsync(() => init.createAsync(shape, { ...range, dtype: 'BF16' }), refused)
      t.deepEqual(out, Float32Array.of(7, 7, 7))
      const where = await folder(t)
      const path = join(where, 'm.safetensors')
      const p = plan({ seed: 1, tensors: [{ name: 'a', shape, init }] })
      await t.throwsAsync(() => p.write(path, { engine }), refused)
      t.deepEqual(await readdir(where), [])
      const { value: head } = await p.bytes({ engine }).next()
      await writeFile(path, Buffer.concat([head as Uint8Array, Buffer.alloc(100)]))
      for (const sample of [undefined, 0.5]) {
        const found = await verify(path, { engine, sample, seed: sample && 1 })
        t.deepEqual([found.ok, found.mismatches], [false, [{ name: 'a', offset: 100 }]])
      }
    })
  }

  test(`${engine}: values computed here leave the event loop free and obey a signal`, async (t) => {
    const slow: [string, Initializer, number[]][] = [
      ['spectralNormal', spectralNormal({ seed: 1 }), [400, 400]],
      ['mimetic', mimetic({ seed: 1, part: 'value' }), [96, 96]],
      ['reservoir', reservoir({ seed: 1, sparsity: 0 }), [160, 160]],
    ]
    for (const [name, init, shape] of slow) {
      const turns = { count: 0 }
      const timer = setInterval(() => turns.count++, 1)
      const made = await init.createAsync(shape, { engine })
      clearInterval(timer)
      t.true(turns.count > 0, `${name}: ${turns.count} turns of the event loop`)
      t.deepEqual(made, init.create(shape, { engine }), name)
      const stop = new AbortController()
      const begun = performance.now()
      const left = init.createAsync(shape, { engine, signal: stop.signal })
      setTimeout(() => stop.abort('enough'), 1)
      await t.throwsAsync(left, { code: 'ERR_ABORTED' }, `${name} after ${performance.now() - begun} ms`)
    }
  })

  test(`${engine}: many literal values are written and verified piece by piece, with the same bytes`, async (t) => {
    const where = await folder(t)
    const tensors = [
      { name: 'h', shape: [1024, 1024], init: haar() },
      { name: 'n', shape: [300], init: 'random_normal' },
      { name: 'c', shape: [2, 2], init: { class_name: 'Constant', config: { value: [[1], [2]] } } },
      { name: 'd', shape: [1024, 4], init: 'dct', dtype: 'F16' as const },
    ]
    const p = plan({ seed: 3, tensors })
    const path = join(where, 'm.safetensors')
    await p.write(path, { engine })
    const parts: Uint8Array[] = []
    for await (const part of p.bytes({ engine: 'js' })) parts.push(part)
    t.deepEqual(await readFile(path), Buffer.concat(parts))
    t.true((await verify(path, { engine })).ok)
    const bytes = await readFile(path)
    const at = bytes.length - 4096 * 2 - 2
    bytes[at] = (bytes[at] as number) ^ 1
    await writeFile(path, bytes)
    t.deepEqual((await verify(path, { engine })).mismatches, [{ name: 'c', offset: 14 }])
  })
}

test('a plan of values computed here holds none of them', (t) => {
  const tensors = Array.from({ length: 40 }, (_, i) => ({
    name: `t${i}`,
    shape: [2048, 2048],
    init: i % 2 === 0 ? 'haar' : 'spectral_normal',
  }))
  const before = process.memoryUsage().arrayBuffers
  const begun = performance.now()
  const p = plan({ seed: 1, tensors })
  t.log(`planned in ${performance.now() - begun} ms`)
  t.true(process.memoryUsage().arrayBuffers - before < 1 << 20)
  t.is(p.tensors.length, 40)
})

test('the largest singular value is the gain, to single precision', (t) => {
  const shape = [70, 50]
  const norm = spectralNorm(spectralNormal({ seed: 5, gain: 3 }).create(shape), shape)
  t.true(Math.abs(norm - 3) < 3e-6, String(norm))
})
