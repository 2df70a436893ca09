import { Buffer } from 'node:buffer'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { plan, readSafetensors } from 'symbreak'
import { folder } from './support/folder.js'

/** A file around any header. */
function fileOf(header: string | Buffer, data = 0, claimed?: bigint): Buffer {
  const json = Buffer.from(header as string)
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(claimed ?? BigInt(json.length))
  return Buffer.concat([length, json, Buffer.alloc(data)])
}

const entry = (dtype: string, shape: unknown, offsets: unknown) =>
  JSON.stringify({ dtype, shape, data_offsets: offsets })

test('reads every element type, zero-copy where aligned and by a copy where not', async (t) => {
  const path = join(await folder(t), 'a.safetensors')
  const header = `{"__metadata__":{"a":"b","__proto__":"c"},"odd":${entry('U8', [1], [0, 1])},"f":${entry('F32', [2], [1, 9])},"l":${entry('I64', [1], [9, 17])},"__proto__":${entry('F64', [], [17, 25])},"h":${entry('BF16', [0, 3], [25, 25])}}`
  const data = Buffer.alloc(25)
  data.writeFloatLE(1.5, 1)
  data.writeFloatLE(-2, 5)
  data.writeBigInt64LE(-3n, 9)
  data.writeDoubleLE(0.1, 17)
  await writeFile(path, Buffer.concat([fileOf(header), data]))
  const { metadata, tensors } = await readSafetensors(path)
  t.is(metadata.a, 'b')
  t.true(Object.hasOwn(metadata, '__proto__'))
  t.deepEqual(tensors.get('f')?.data, Float32Array.of(1.5, -2))
  t.deepEqual(tensors.get('l')?.data, BigInt64Array.of(-3n))
  t.deepEqual(tensors.get('__proto__'), { dtype: 'F64', shape: [], data: Float64Array.of(0.1) })
  t.deepEqual(tensors.get('h'), { dtype: 'BF16', shape: [0, 3], data: new Uint16Array(0) })
})

test('tensors of our own files are views of one buffer', async (t) => {
  const path = join(await folder(t), 'a.safetensors')
  await plan({
    seed: 1,
    tensors: [
      { name: 'a', shape: [3], init: 'ones', dtype: 'F64' },
      { name: 'b', shape: [5], init: 'ones' },
      { name: 'c', shape: [3], init: 'ones', dtype: 'F16' },
    ],
  }).write(path)
  const { tensors } = await readSafetensors(path)
  t.is(new Set([...tensors.values()].map(({ data }) => data.buffer)).size, 1)
})

const HOSTILE: [fault: string, file: Buffer, message: RegExp][] = [
  ['no bytes', Buffer.alloc(0), /too few/],
  ['half a length', Buffer.alloc(5), /too few/],
  ['a header of 2^60 bytes', fileOf('{}', 0, 1n << 60n), /claims 1152921504606846976/],
  ['a header of 2^64 - 1 bytes', fileOf('{}', 0, (1n << 64n) - 1n), /claims/],
  ['a header longer than the file', fileOf('{}', 0, 3n), /claims 3 bytes/],
  ['no header', fileOf(''), /not a JSON object/],
  ['a header that is no JSON', fileOf('{"a":'), /not JSON/],
  ['a list as header', fileOf('[]'), /not a JSON object/],
  ['a header that is not UTF-8', fileOf(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d])), /UTF-8/],
  ['a name twice', fileOf(`{"a":${entry('F32', [0], [0, 0])},"a":${entry('F32', [0], [0, 0])}}`), /twice/],
  [
    'a name twice, once escaped',
    fileOf(`{"a":${entry('F32', [0], [0, 0])},"\\u0061":${entry('F32', [0], [0, 0])}}`),
    /twice/,
  ],
  ['a field twice', fileOf('{"a":{"dtype":"F32","dtype":"F64","shape":[0],"data_offsets":[0,0]}}'), /twice/],
  ['metadata that is no object', fileOf('{"__metadata__":[]}'), /__metadata__/],
  ['metadata of numbers', fileOf('{"__metadata__":{"a":1}}'), /__metadata__/],
  ['a tensor that is no object', fileOf('{"a":3}'), /"a"/],
  ['an unknown type', fileOf(`{"a":${entry('F7', [0], [0, 0])}}`), /dtype "F7"/],
  ['a type from a prototype', fileOf(`{"a":${entry('constructor', [0], [0, 0])}}`), /dtype/],
  ['a negative size', fileOf(`{"a":${entry('F32', [-1], [0, 0])}}`), /shape/],
  ['a fractional size', fileOf(`{"a":${entry('F32', [0.5], [0, 2])}}`, 2), /shape/],
  ['an absurd shape', fileOf(`{"a":${entry('F32', [2 ** 40, 2 ** 40], [0, 4])}}`, 4), /absurd/],
  ['a shape that is no list', fileOf(`{"a":${entry('F32', 'x', [0, 0])}}`), /shape/],
  ['three offsets', fileOf(`{"a":${entry('F32', [1], [0, 4, 8])}}`, 8), /offsets/],
  ['offsets that go back', fileOf(`{"a":${entry('F32', [1], [4, 0])}}`, 4), /offsets/],
  ['offsets that belong to another shape', fileOf(`{"a":${entry('F32', [2], [0, 4])}}`, 4), /offsets/],
  ['a gap', fileOf(`{"a":${entry('F32', [1], [4, 8])}}`, 8), /gap/],
  [
    'an overlap',
    fileOf(`{"a":${entry('F32', [2], [0, 8])},"b":${entry('F32', [1], [4, 8])}}`, 8),
    /overlaps/,
  ],
  ['truncated data', fileOf(`{"a":${entry('F32', [2], [0, 8])}}`, 7), /truncated/],
  ['a terabyte that is not there', fileOf(`{"a":${entry('F32', [2 ** 38], [0, 2 ** 40])}}`, 8), /truncated/],
  ['bytes after the end', fileOf(`{"a":${entry('F32', [2], [0, 8])}}`, 9), /more bytes/],
]

for (const [fault, file, message] of HOSTILE) {
  test(`refuses ${fault}`, async (t) => {
    const path = join(await folder(t), 'hostile.safetensors')
    await writeFile(path, file)
    await t.throwsAsync(() => readSafetensors(path), { code: 'ERR_BAD_FILE', message })
  })
}

test('a file that is not there, and a folder, are ERR_IO', async (t) => {
  const path = await folder(t)
  await t.throwsAsync(() => readSafetensors(join(path, 'none')), { code: 'ERR_IO' })
  await t.throwsAsync(() => readSafetensors(path), { code: 'ERR_IO' })
  await t.throwsAsync(() => readSafetensors(3 as never), { code: 'ERR_INVALID_PATH' })
})

test('reads the smallest floats packed, complex numbers in pairs, and refuses half a byte', async (t) => {
  const path = join(await folder(t), 'a.safetensors')
  const header = `{"c":${entry('C64', [2], [0, 16])},"f4":${entry('F4', [3, 2], [16, 19])},"f6":${entry('F6_E2M3', [4], [19, 22])},"e8":${entry('F8_E8M0', [2], [22, 24])}}`
  await writeFile(path, fileOf(header, 24))
  const { tensors } = await readSafetensors(path)
  t.deepEqual(tensors.get('c')?.data, new Float32Array(4))
  t.deepEqual(tensors.get('f4')?.data, new Uint8Array(3))
  t.deepEqual(tensors.get('f6')?.data, new Uint8Array(3))
  t.deepEqual(tensors.get('e8'), { dtype: 'F8_E8M0', shape: [2], data: new Uint8Array(2) })
  for (const bad of [
    `{"f4":${entry('F4', [3], [0, 2])}}`,
    `{"f4":${entry('F4', [3], [0, 1])}}`,
    `{"\\ud800":${entry('U8', [1], [0, 1])}}`,
    `{"z":${entry('U8', [2 ** 40, 2 ** 40, 0], [0, 0])}}`,
  ]) {
    await writeFile(path, fileOf(bad, 2))
    await t.throwsAsync(() => readSafetensors(path), { code: 'ERR_BAD_FILE' }, bad)
  }
})
