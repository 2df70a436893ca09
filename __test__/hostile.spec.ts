/**
 * Files that lie: the corpus in data/hostile, and random damage to it. `SYMBREAK_FUZZ=100000 npx ava
 * __test__/hostile.spec.ts` looks further than the default; a file that finds a fault is added to the corpus.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import fc from 'fast-check'
import { decodeNpy, readNpz, readSafetensors } from 'symbreak'
import { folder } from './support/folder.js'

const corpus = fileURLToPath(new URL('data/hostile/', import.meta.url))
const numRuns = Number(process.env['SYMBREAK_FUZZ'] ?? 200)

/** Bytes of values that a reader makes of a file; the safetensors reader takes files alone. */
type Read = (
  bytes: Uint8Array,
  path: string,
) => Promise<{ shape: readonly number[]; data: ArrayBufferView & { length: number } }[]>

const READERS: Record<string, Read> = {
  '.safetensors': async (bytes, path) => {
    await writeFile(path, bytes)
    return [...(await readSafetensors(path)).tensors.values()]
  },
  '.npy': (bytes) => Promise.resolve([decodeNpy(bytes)]),
  '.npz': async (bytes) => [...(await readNpz(bytes)).values()],
}

/** Deflate packs no tighter than this; the other formats hold a value's bytes as they are. */
const EXPANSION = 1032

/** Whether a file is refused as a bad one, or read as arrays of the sizes that it could hold. */
async function isSafe(read: Read, bytes: Uint8Array, path: string): Promise<'read' | 'refused'> {
  try {
    const arrays = await read(bytes, path)
    for (const { shape, data } of arrays) {
      const size = shape.reduce((a, b) => a * b, 1)
      if (data.length !== size) throw new Error(`${data.length} values for the shape [${shape.join()}]`)
      if (data.byteLength > bytes.length * EXPANSION)
        throw new Error(`${data.byteLength} bytes of ${bytes.length}`)
    }
    return 'read'
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BAD_FILE') return 'refused'
    throw error
  }
}

const files = await Promise.all(
  (await readdir(corpus)).sort().map(async (name) => ({ name, bytes: await readFile(join(corpus, name)) })),
)

/** A file with bytes changed, taken out, repeated, cut off, or with the rest of another one. */
function damaged(sources: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const at = fc.double({ min: 0, max: 1, noNaN: true })
  const place = (bytes: Uint8Array, x: number) => Math.floor(x * bytes.length)
  const edit = fc.oneof(
    fc.tuple(at, fc.constantFrom(0, 1, 0x22, 0x7f, 0x80, 0xff)).map(
      ([x, value]) =>
        (bytes: Uint8Array) =>
          Uint8Array.from(bytes, (byte, i) => (i === place(bytes, x) ? value : byte)),
    ),
    fc.tuple(at, fc.nat(255)).map(
      ([x, value]) =>
        (bytes: Uint8Array) =>
          Uint8Array.from(bytes, (byte, i) => (i === place(bytes, x) ? value : byte)),
    ),
    fc.tuple(at, fc.nat(16)).map(([x, n]) => (bytes: Uint8Array) => {
      const start = place(bytes, x)
      return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + n)])
    }),
    fc.tuple(at, fc.nat(16)).map(([x, n]) => (bytes: Uint8Array) => {
      const start = place(bytes, x)
      return Buffer.concat([bytes.subarray(0, start + n), bytes.subarray(start)])
    }),
    at.map((x) => (bytes: Uint8Array) => bytes.slice(0, place(bytes, x))),
    fc.tuple(at, fc.constantFrom(...sources)).map(
      ([x, other]) =>
        (bytes: Uint8Array) =>
          Buffer.concat([bytes.subarray(0, place(bytes, x)), other.subarray(place(other, x))]),
    ),
  )
  return fc
    .tuple(fc.constantFrom(...sources), fc.array(edit, { minLength: 1, maxLength: 4 }))
    .map(([source, edits]) => edits.reduce((bytes, change) => change(bytes), source))
}

for (const [extension, read] of Object.entries(READERS)) {
  const own = files.filter(({ name }) => extname(name) === extension)

  test(`${extension}: the corpus is refused, but for the good files`, async (t) => {
    const here = await folder(t)
    t.true(own.length > 3)
    for (const { name, bytes } of own) {
      const outcome = await isSafe(read, bytes, join(here, `a${extension}`))
      t.is(outcome, name.startsWith('good') ? 'read' : 'refused', name)
    }
  })

  test(`${extension}: damage is ERR_BAD_FILE, or arrays that fit the file`, async (t) => {
    const here = await folder(t)
    const property = fc.asyncProperty(damaged(own.map(({ bytes }) => bytes)), async (bytes) => {
      await isSafe(read, bytes, join(here, `a${extension}`))
    })
    await t.notThrowsAsync(fc.assert(property, { numRuns }))
  })
}
