/** `symbreak/js` needs nothing but the language: its bundle runs in a context without a single global of Node's. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import vm from 'node:vm'
import test from 'ava'
import { build } from 'esbuild'
import { glorotUniform, heNormal, orthogonal, permutation, truncatedNormal, uniform } from 'symbreak'

const root = fileURLToPath(new URL('..', import.meta.url))

/** What a bundle of `symbreak/js` exports when it is evaluated in an empty context. */
async function inBareContext(): Promise<Record<string, (...args: unknown[]) => unknown>> {
  const { outputFiles } = await build({
    entryPoints: [join(root, 'dist', 'js.js')],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'symbreak',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    // Anything left to import would be Node's: the build fails on it.
    logLevel: 'silent',
  })
  const context = vm.createContext({})
  return vm.runInContext(`${outputFiles[0]?.text ?? ''}; symbreak`, context) as never
}

const digest = (array: unknown): string => {
  const { buffer, byteOffset, byteLength } = array as Float32Array
  return createHash('sha256')
    .update(new Uint8Array(buffer, byteOffset, byteLength))
    .digest('hex')
}

test('the context really is bare', (t) => {
  const names = 'process, require, Buffer, setTimeout, performance, crypto, TextEncoder'
  const types = vm.runInContext(
    `[${names
      .split(', ')
      .map((name) => `typeof ${name}`)
      .join()}].join()`,
    vm.createContext({}),
  )
  t.regex(String(types), /^(undefined,?)+$/)
})

test('initializers and samplers give the same bits there', async (t) => {
  const js = await inBareContext()
  const create = (name: string, shape: number[], options = {}) =>
    (js[name] as (o: unknown) => { create: (s: number[], o: unknown) => unknown })({ seed: 7 }).create(
      shape,
      options,
    )
  t.is(digest(create('heNormal', [70, 90])), digest(heNormal({ seed: 7 }).create([70, 90])))
  t.is(digest(create('orthogonal', [40, 30])), digest(orthogonal({ seed: 7 }).create([40, 30])))
  const torch = { layout: 'torch', path: 'ключ/重み' }
  t.is(
    digest(create('glorotUniform', [8, 4, 3, 3], torch)),
    digest(glorotUniform({ seed: 7 }).create([8, 4, 3, 3], { ...torch, layout: 'torch' })),
  )
  const cut = { seed: 3, lower: -1, upper: 4, bounds: 'sigma' } as const
  t.is(digest(js['truncatedNormal']?.(1000, cut)), digest(truncatedNormal(1000, cut)))
  t.is(digest(js['uniform']?.(1000, { seed: 3 })), digest(uniform(1000, { seed: 3 })))
  t.is(digest(js['permutation']?.(1000, { seed: 3 })), digest(permutation(1000, { seed: 3 })))
})

test('errors are typed there too', async (t) => {
  const js = await inBareContext()
  t.throws(() => js['heNormal']?.({ seed: -1 }), { any: true, code: 'ERR_INVALID_SEED' } as never)
})
