import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { plan } from 'symbreak'
import { cannotRun } from './support/environment.js'
import { folder } from './support/folder.js'

/** What Python's libraries saw; python/check.py says how. */
interface Answer {
  versions: Record<string, string>
  safetensors?: { tensors: Record<string, [string, number[], string]>; format: string; seed: string }
  torch?: { tensors: Record<string, string>; output: number; sharded: boolean }
  keras?: { output: number; variables: number }
}

/** The interpreter to ask: one with safetensors, torch or Keras says what it can open. */
const python = process.env['SYMBREAK_PYTHON'] ?? 'python3'
const script = fileURLToPath(new URL('python/check.py', import.meta.url))

async function ask(args: string[]): Promise<Answer | undefined> {
  const env = { ...process.env, KERAS_BACKEND: process.env['KERAS_BACKEND'] ?? 'torch' }
  const child = spawn(python, [script, ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  const code = await new Promise((resolve) => child.on('error', resolve).on('close', resolve))
  if (code instanceof Error) return undefined
  if (code !== 0) throw new Error(`${python} ended with ${String(code)}`)
  return JSON.parse(out) as Answer
}

/** Sum of the outputs of a network of two layers, the first with relu, for an input of ones. */
function output(weights: ReadonlyMap<string, ArrayLike<number>>, names: string[], torch: boolean): number {
  let x = new Float64Array(20).fill(1)
  for (const [layer, units] of [30, 5].entries()) {
    const [kernel, bias] = [0, 1].map((i) => weights.get(names[2 * layer + i] as string)) as Float32Array[]
    const inputs = x
    x = Float64Array.from({ length: units }, (_, j) =>
      inputs.reduce(
        (sum, value, i) => sum + value * (kernel?.[torch ? j * inputs.length + i : i * units + j] as number),
        bias?.[j] as number,
      ),
    )
    if (layer === 0) x = x.map((value) => Math.max(value, 0))
  }
  return x.reduce((sum, value) => sum + value, 0)
}

test('safetensors, torch and Keras open the files, and see these bytes', async (t) => {
  const here = await folder(t)
  const file = (name: string) => join(here, `${name}.safetensors`)

  const dtypes = ['F32', 'F16', 'BF16', 'F64'] as const
  const tensors = dtypes.flatMap((dtype) => [
    { name: dtype, shape: [7, 3], dtype, init: 'random_normal' },
    { name: `${dtype} scalar`, shape: [], dtype, init: 'ones' },
    { name: `${dtype} empty`, shape: [0, 4], dtype, init: 'ones' },
  ])
  const types = plan({ seed: 2n ** 64n - 1n, tensors })
  await types.write(file('types'))

  const torchNames = ['0.weight', '0.bias', '2.weight', '2.bias']
  const kerasNames = ['dense/kernel', 'dense/bias', 'head/kernel', 'head/bias']
  const network = (names: string[], shapes: number[][], layout: 'torch' | 'keras') =>
    plan({
      seed: 3,
      layout,
      preset: layout,
      tensors: names.map((name, i) => ({ name, shape: shapes[i] as number[] })),
    })
  const torch = network(torchNames, [[30, 20], [30], [5, 30], [5]], 'torch')
  const keras = network(kerasNames, [[20, 30], [30], [30, 5], [5]], 'keras')
  await torch.write(file('model'))
  const { indexPath } = await torch.write(join(here, 'sharded.safetensors'), { maxShardSize: 1000 })
  await keras.write(file('keras'))

  const answer = await ask([file('types'), file('model'), indexPath as string, file('keras')])
  if (answer?.safetensors === undefined)
    return cannotRun(t, `${python} has no safetensors: set SYMBREAK_PYTHON to one that has`)
  t.log(`opened by ${JSON.stringify(answer.versions)}`)
  const sha = new Map(
    [...types.create()].map(([name, { buffer, byteOffset, byteLength }]) => [
      name,
      createHash('sha256')
        .update(new Uint8Array(buffer, byteOffset, byteLength))
        .digest('hex'),
    ]),
  )
  t.deepEqual([answer.safetensors.format, answer.safetensors.seed], ['pt', '18446744073709551615'])
  const seen = tensors.filter(({ dtype }) => dtype !== 'BF16')
  t.deepEqual(
    answer.safetensors.tensors,
    Object.fromEntries(seen.map(({ name, dtype, shape }) => [name, [dtype, shape, sha.get(name)]])),
  )
  if (answer.torch === undefined) cannotRun(t, `${python} has no torch`)
  else {
    for (const [name, digest] of Object.entries(answer.torch.tensors))
      t.is(digest, sha.get(name) as string, name)
    t.is(Object.keys(answer.torch.tensors).length, 8)
    t.true(answer.torch.sharded)
    const sum = output(torch.create(), torchNames, true)
    t.true(Math.abs(answer.torch.output - sum) < 1e-5, `${answer.torch.output} ${sum}`)
  }
  if (answer.keras === undefined) cannotRun(t, `${python} has no Keras`)
  else {
    t.is(answer.keras.variables, 4)
    const sum = output(keras.create(), kerasNames, false)
    t.true(Math.abs(answer.keras.output - sum) < 1e-5, `${answer.keras.output} ${sum}`)
  }
})
