/** Tensors that no machine can hold, and values that take long to compute: errors and patience, never an abort. */
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import test from 'ava'
import * as symbreak from 'symbreak'
import { plan, verify, type Initializer } from 'symbreak'
import { engines } from './support/checkpoint.js'
import { folder } from './support/folder.js'

const {
  orthogonal,
  convOrthogonal,
  sparse,
  haar,
  icnr,
  mamba,
  mimetic,
  reservoir,
  spectralNorm,
  spectralNormal,
} = symbreak

/** More than any memory, in each of the laws that are made as one piece. */
const huge: readonly [string, Initializer, number[]][] = [
  ['orthogonal', orthogonal({ seed: 1 }), [3e5, 3e5]],
  ['convOrthogonal', convOrthogonal({ seed: 1 }), [3, 3, 1e5, 1e5]],
  ['sparse', sparse({ seed: 1, sparsity: 0.5 }), [3e5, 3e5]],
  ['icnr', icnr({ seed: 1 }), [3, 3, 1e5, 4e5]],
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
    const slow: readonly (readonly [string, Initializer, number[]])[] = [
      ['spectralNormal', spectralNormal({ seed: 1 }), [400, 400]],
      ['mamba', mamba({ part: 'aLog' }), [3000, 500]],
      // A thread of its own does that in no time.
      ...(engine === 'js'
        ? ([['sparse', sparse({ seed: 1, sparsity: 0.5 }), [3000, 400]]] as [string, Initializer, number[]][])
        : []),
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
      const left = init.createAsync(shape, { engine, signal: stop.signal })
      setImmediate(() => stop.abort('enough'))
      await t.throwsAsync(left, { code: 'ERR_ABORTED' }, name)
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

test('filters of any size plan without being made, and what is too long is refused by its code', (t) => {
  t.is(
    plan({ seed: 1, tensors: [{ name: 'a', shape: [30_000, 30_000, 1, 1], init: 'gaussian' }] }).tensors
      .length,
    1,
  )
  t.throws(() => symbreak.stft().create([1e12, 1, 5], { length: 3 }), { code: 'ERR_OUT_OF_MEMORY' })
  t.is(symbreak.bilinear().create([2 ** 32, 1, 1], { length: 3 }).length, 3)
})

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

const whole = (init: Initializer, shape: number[], engine: (typeof engines)[number]) =>
  init.create(shape, { engine, dtype: 'F64' })

for (const engine of engines) {
  test(`${engine}: values that follow from their place are made alone, however large the tensor`, (t) => {
    const value = [[1], [2], [3]]
    const pretrained = { data: Float32Array.of(1, 2, 3, 4, 5, 6), shape: [3, 2] }
    const kernel = [4, 3, 5]
    const cases: [string, Initializer, number[], number[]][] = [
      ['constant', symbreak.constant({ value }), [4, 3, 5], [1e7, 3, 1e3]],
      ['fromPretrained', symbreak.fromPretrained(pretrained, { fill: 7 }), [5, 4], [1e6, 1e6]],
      ['mamba', mamba({ part: 'aLog' }), [3, 7], [1e6, 1e6]],
      ['dtBias', mamba({ part: 'dtBias', seed: 1 }), [50], [1e12]],
      ['chrono', symbreak.chrono({ maxSteps: 9, seed: 1 }), [40], [4e12]],
      ['lstmBias', symbreak.lstmBias(), [16], [4e12]],
      ['haar', haar(), [8, 11], [2 ** 20, 2 ** 20]],
      ['dct', symbreak.dct({ layout: 'torch' }), [9, 7], [1e6, 1e6]],
      ['hippo', symbreak.hippo(), [6, 6], [1e6, 1e6]],
      ['delayLine', symbreak.delayLine(), [6, 6], [1e6, 1e6]],
      ['cycle', symbreak.cycleReservoir({ backward: 0.2, jump: 0.3, jumpSize: 2 }), [6, 6], [1e6, 1e6]],
      ['zerO', symbreak.zerO(), [3, 3, 4, 9], [3, 3, 1e6, 1e6]],
      ['bilinear', symbreak.bilinear(), [3, 4, 2, 2], [3, 3, 1e6, 1e6]],
      ['daubechies', symbreak.daubechies(), kernel, [4, 1e6, 1e6]],
      ['stft', symbreak.stft(), [9, 1, 6], [1e6, 1, 1e6]],
    ]
    for (const [name, init, shape, giant] of cases) {
      const all = whole(init, shape, engine)
      for (const [offset, length] of [
        [0, 5],
        [3, 11],
        [all.length - 2, 2],
      ] as const)
        t.deepEqual(
          init.create(shape, { offset, length, engine, dtype: 'F64' }),
          all.slice(offset, offset + length),
          name,
        )
      t.is(init.create(giant, { offset: 5, length: 3, engine }).length, 3, name)
    }
  })

  test(`${engine}: values that are no numbers are refused, whatever makes them`, async (t) => {
    const wrong: [string, Initializer, number[]][] = [
      ['constant', symbreak.constant({ value: [1e39] }), [1]],
      ['identity', symbreak.identity({ gain: 1e39 }), [2, 2]],
      ['orthogonal', orthogonal({ seed: 1, gain: 1e39 }), [2, 2]],
      ['hippo', symbreak.hippo({ gain: 1e39 }), [2, 2]],
      ['spectralNormal', spectralNormal({ seed: 1, gain: 1e39 }), [2, 2]],
      ['delayLine', symbreak.delayLine({ weight: 1e39 }), [3, 3]],
      ['stft', symbreak.stft(), [2, 1, 5]],
      ['gaussian', symbreak.gaussian({ sigma: 1e-200 }), [4, 1, 1]],
      ['mimetic', mimetic({ part: 'query', alpha: 1e200, seed: 1 }), [2, 2]],
    ]
    const refused = { code: 'ERR_INVALID_ARGUMENT' }
    for (const [name, init, shape] of wrong) {
      const out = new Float32Array(shape.reduce((a, b) => a * b)).fill(7)
      t.throws(() => init.fill(out, shape, { engine }), refused, name)
      await t.throwsAsync(() => init.fillAsync(out, shape, { engine }), refused, name)
      t.true(
        out.every((x) => x === 7),
        name,
      )
    }
    t.deepEqual(symbreak.stft().create([1, 1, 5], { engine }), Float32Array.of(1, 1, 1, 1, 1))
    t.true(symbreak.constant({ value: [1e39] }).create([1], { engine, dtype: 'F64' })[0] === 1e39)
  })

  test(`${engine}: an array that loses its memory is refused, before and in the middle`, async (t) => {
    const refused = { code: 'ERR_INVALID_ARGUMENT', message: /memory is gone/ }
    const take = (array: Float32Array) =>
      structuredClone(array.buffer, { transfer: [array.buffer as ArrayBuffer] })
    const gone = new Float32Array(4)
    take(gone)
    t.throws(() => symbreak.uniform(gone, { seed: 1, engine }), refused)
    t.throws(() => orthogonal({ seed: 1 }).fill(gone, [0, 2], { engine }), refused)
    const network = new symbreak.Network({
      inputs: 2,
      layers: [symbreak.dense(1)],
      loss: 'meanSquaredError',
      engine,
    })
    await t.throwsAsync(() => network.fit(gone, new Float32Array(2)), refused)
    await t.throwsAsync(() => network.predict(gone), refused)
    for (const work of [
      (out: Float32Array) => symbreak.normalAsync(out, { seed: 1, engine }),
      (out: Float32Array) => orthogonal({ seed: 1 }).fillAsync(out, [1500, 200], { engine }),
      (out: Float32Array) =>
        plan({ seed: 1, tensors: [{ name: 'a', shape: [300_000], init: 'zeros' }] }).fillAsync(
          new Map([['a', out]]),
          { engine },
        ),
    ]) {
      const out = new Float32Array(300_000)
      const left = work(out)
      take(out)
      await t.throwsAsync(left, refused)
    }
  })
}

test('Keras’s STFT without a window or a scaling is read as Keras writes it', (t) => {
  const config = { side: 'real', window: 'hann', scaling: null, periodic: false }
  const read = (change: object) =>
    symbreak.initializer({ class_name: 'STFT', config: { ...config, ...change } }).create([4, 1, 3])
  // keras 3.15: 0, 0.75, 0.75, 0 is the window of four; cosines of a quarter turn each.
  t.deepEqual(
    [...read({})].map((x) => Math.round(x * 1e6) / 1e6 || 0),
    [0, 0, 0, 0.75, 0, -0.75, 0.75, -0.75, 0.75, 0, 0, 0],
  )
  t.deepEqual(
    [...read({ window: null, scaling: 'density' })].map((x) => Math.round(x) || 0),
    [1, 1, 1, 1, 0, -1, 1, -1, 1, 1, 0, -1],
  )
  const kept = symbreak.stft({ window: null }).getConfig()
  t.deepEqual([kept['window'], kept['scaling']], [null, 'density'])
})

test('the largest singular value is the gain, to single precision', (t) => {
  const shape = [70, 50]
  const norm = spectralNorm(spectralNormal({ seed: 5, gain: 3 }).create(shape), shape)
  t.true(Math.abs(norm - 3) < 3e-6, String(norm))
})
