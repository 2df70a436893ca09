import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import fc from 'fast-check'
import { decodeNpy, encodeNpy, normal, readNpy, readNpz, writeNpy, writeNpz, type NpyInput } from 'symbreak'
import { folder } from './support/folder.js'
import { rounds } from './support/rounds.js'

const data = (name: string) => fileURLToPath(new URL(`data/npy/${name}`, import.meta.url))
const grid = Array.from({ length: 24 }, (_, i) => i)

/** A `.npy` file around any header text. */
function fileWith(header: string, payload = 0, version = 1): Uint8Array {
  const text = Buffer.from(header, 'latin1')
  const prefix = Buffer.from([0x93, ...Buffer.from('NUMPY'), version, 0, text.length & 255, text.length >> 8])
  return Buffer.concat(
    [prefix, version === 1 ? '' : Buffer.alloc(2), text, Buffer.alloc(payload)].map(Buffer.from),
  )
}

const header = (descr: string, shape: string, order = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${shape}, }`

test('reads what NumPy wrote: every type, both byte orders, both element orders', async (t) => {
  const arrays = await readNpz(data('numpy.npz'))
  const expected: Record<string, [string, number[]]> = {
    f4: ['F32', grid],
    f8: ['F64', grid],
    big_f4: ['F32', grid],
    big_f8: ['F64', grid],
    u1: ['U8', grid],
    i1: ['I8', grid],
    u2: ['U16', grid],
    big_i2: ['I16', grid],
    i4: ['I32', grid],
    big_u4: ['U32', grid],
    bool: ['BOOL', grid.map((i) => i % 2)],
    fortran_f4: ['F32', grid],
  }
  for (const [name, [dtype, values]] of Object.entries(expected)) {
    const array = arrays.get(name)
    t.is(array?.dtype, dtype as never, name)
    t.deepEqual(array?.shape, [2, 3, 4], name)
    t.deepEqual(Array.from(array?.data as Iterable<number>), values, name)
  }
  t.deepEqual(arrays.get('i8')?.data, BigInt64Array.from(grid, BigInt))
  t.deepEqual(arrays.get('big_u8')?.data, BigUint64Array.from(grid, BigInt))
  t.deepEqual(
    arrays.get('fortran_big_i8')?.data,
    BigInt64Array.from(grid, (i) => -BigInt(i)),
  )
  t.deepEqual(arrays.get('f2')?.data.slice(0, 4), Uint16Array.of(0, 0x3c00, 0x4000, 0x4200))
  t.deepEqual(arrays.get('big_f2'), arrays.get('f2'))
  t.deepEqual(arrays.get('fortran_vector')?.data, Float32Array.of(0, 1, 2, 3, 4))
  t.deepEqual(arrays.get('scalar'), { dtype: 'F64', shape: [], data: Float64Array.of(2.5) })
  t.deepEqual(arrays.get('empty'), { dtype: 'F32', shape: [3, 0, 2], data: new Float32Array(0) })
  t.is(arrays.size, 20)
})

test('reads format version 2.0, from a path, a URL and bytes', async (t) => {
  const expected = { dtype: 'I32', shape: [2, 3, 4], data: Int32Array.from(grid) }
  t.deepEqual(await readNpy(data('version2.npy')), expected as never)
  t.deepEqual(await readNpy(new URL('data/npy/version2.npy', import.meta.url)), expected as never)
  t.deepEqual(await readNpy(await readFile(data('version2.npy'))), expected as never)
})

test("writes NumPy's own bytes", (t) => {
  const bytes = encodeNpy({ shape: [3], data: Float32Array.of(1, -2, 0.5) })
  t.is(bytes.length, 128 + 12)
  t.is(
    Buffer.from(bytes).toString('latin1', 0, 128),
    `\x93NUMPY\x01\0v\0{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }`.padEnd(127) + '\n',
  )
  t.deepEqual(bytes.slice(128), new Uint8Array(Float32Array.of(1, -2, 0.5).buffer))
})

const classes = [
  Float32Array,
  Float64Array,
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int16Array,
  Uint32Array,
  Int32Array,
]

test('any array of any type comes back from its bytes', (t) => {
  const shape = fc.array(fc.nat(4), { maxLength: 5 })
  const property = fc.property(shape, fc.constantFrom(...classes), fc.nat(7), (sizes, View, shift) => {
    const data = new View(sizes.reduce((n, size) => n * size, 1))
    for (let i = 0; i < data.length; i++) data[i] = i * 3 + 1
    const bytes = encodeNpy({ shape: sizes, data })
    const moved = new Uint8Array(bytes.length + shift)
    moved.set(bytes, shift)
    const array = decodeNpy(moved.subarray(shift))
    t.deepEqual(array.shape, sizes)
    t.deepEqual(array.data, data)
  })
  t.notThrows(() => fc.assert(property))
})

test('F16 and BOOL are told by dtype', (t) => {
  const half = { dtype: 'F16', shape: [2], data: Uint16Array.of(0x3c00, 0xbc00) } as const
  t.deepEqual(decodeNpy(encodeNpy(half)), half)
  const flags = { dtype: 'BOOL', shape: [2], data: Uint8Array.of(0, 1) } as const
  t.deepEqual(decodeNpy(encodeNpy(flags)), flags)
})

test('data is a view of the bytes where they are aligned', (t) => {
  const bytes = encodeNpy({ shape: [2], data: Float32Array.of(1, 2) })
  t.is(decodeNpy(bytes).data.buffer, bytes.buffer)
})

test('writeNpy takes chunks and leaves nothing behind when they fail', async (t) => {
  const path = join(await folder(t), 'chunks.npy')
  async function* rows(count: number) {
    for (let row = 0; row < count; row++) yield Float32Array.of(row, row + 0.5)
  }
  await writeNpy(path, { dtype: 'F32', shape: [3, 2], data: rows(3) })
  const written = await readFile(path)
  t.deepEqual((await readNpy(path)).data, Float32Array.of(0, 0.5, 1, 1.5, 2, 2.5))
  await t.throwsAsync(writeNpy(path, { dtype: 'F32', shape: [3, 2], data: rows(2) }), {
    code: 'ERR_LENGTH_MISMATCH',
  })
  await t.throwsAsync(writeNpy(path, { dtype: 'F64', shape: [3, 2], data: rows(3) as never }), {
    code: 'ERR_INVALID_ARGUMENT',
  })
  t.deepEqual(await readdir(join(path, '..')), ['chunks.npy'])
  t.deepEqual(await readFile(path), written)
})

test('npz archives come back, stored and compressed, with the same bytes each time', async (t) => {
  const here = await folder(t)
  const arrays = {
    __proto__x: { shape: [2, 2], data: new Float32Array(4).fill(1) },
    'a/b': { shape: [], data: Int32Array.of(7) },
  }
  for (const compress of [false, true]) {
    const path = join(here, `${compress}.npz`)
    await writeNpz(path, arrays, { compress })
    const first = await readFile(path)
    await writeNpz(path, new Map(Object.entries(arrays)), { compress })
    t.deepEqual(await readFile(path), first)
    const read = await readNpz(path)
    t.deepEqual([...read.keys()], ['__proto__x', 'a/b'])
    t.deepEqual(read.get('__proto__x')?.data, new Float32Array(4).fill(1))
    t.deepEqual(read.get('a/b'), { dtype: 'I32', shape: [], data: Int32Array.of(7) })
  }
})

const faults: [string, Uint8Array, RegExp][] = [
  ['empty', new Uint8Array(0), /no \.npy file/],
  ['another format', Buffer.from('PK\x03\x04 something else'), /no \.npy file/],
  ['cut in the prefix', fileWith('').subarray(0, 9), /cut off/],
  ['version 9', fileWith(header('<f4', '()'), 4, 9), /version 9/],
  ['cut in the header', fileWith(header('<f4', '(1,)')).subarray(0, 30), /the header ends at byte/],
  ['header of 4 GB', Buffer.from('\x93NUMPY\x02\0\xff\xff\xff\xff', 'latin1'), /4294967295/],
  ['not a dictionary', fileWith('[1, 2]'), /not a dictionary/],
  ['code in the dictionary', fileWith(`{'descr': __import__('os'), }`), /cannot be read at/],
  ['key twice', fileWith(`{'descr': '<f4', 'descr': '<f8', }`), /twice/],
  ['no shape', fileWith(`{'descr': '<f4', 'fortran_order': False, }`), /no "shape"/],
  [
    'shape as text',
    fileWith(`{'descr': '<f4', 'fortran_order': False, 'shape': '(3,)', }`),
    /"shape" cannot be/,
  ],
  [
    'structured type',
    fileWith(`{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }`),
    /cannot be read/,
  ],
  ['Python objects', fileWith(header('|O', '(1,)'), 8), /element type "\|O"/],
  ['complex', fileWith(header('<c8', '(1,)'), 8), /element type "<c8"/],
  ['negative size', fileWith(header('<f4', '(-1,)')), /cannot be read at/],
  ['2^60 elements', fileWith(header('<f4', `(${2n ** 60n},)`), 8), /more elements than any file/],
  [
    '2^60 elements by product',
    fileWith(header('<f4', `(${2 ** 30}, ${2 ** 30})`), 8),
    /more elements than any file/,
  ],
  ['a terabyte', fileWith(header('<f8', `(${2 ** 37},)`), 8), /takes 1099511627776 bytes, but 8 follow/],
  ['truncated data', fileWith(header('<f4', '(3,)'), 8), /takes 12 bytes, but 8 follow/],
  ['bytes after the data', fileWith(header('<f4', '(3,)'), 16), /takes 12 bytes, but 16 follow/],
  ['1,000 axes', fileWith(header('<f4', `(${'1, '.repeat(1000)})`), 4), /1000 axes/],
]

for (const [name, bytes, message] of faults) {
  test(`refuses a hostile file: ${name}`, async (t) => {
    t.throws(() => decodeNpy(bytes), { code: 'ERR_BAD_FILE', message })
    const path = join(await folder(t), 'bad.npy')
    await writeFile(path, bytes)
    await t.throwsAsync(readNpy(path), { code: 'ERR_BAD_FILE', message })
  })
}

test('an archive cannot claim more than its bytes can hold', async (t) => {
  const path = join(await folder(t), 'bomb.npz')
  await writeNpz(path, { a: { shape: [1000], data: new Float32Array(1000) } }, { compress: true })
  const bytes = await readFile(path)
  const central = bytes.indexOf(Buffer.from('PK\x01\x02'))
  bytes.writeUInt32LE(0xfffffff0, central + 24)
  await t.throwsAsync(readNpz(bytes), {
    code: 'ERR_BAD_FILE',
    message: /"a\.npy" claims 4294967280 bytes packed into/,
  })
})

const wrong: [string, unknown, string][] = [
  ['shape', { shape: [1.5], data: new Float32Array(1) }, 'ERR_INVALID_SHAPE'],
  ['length', { shape: [2], data: new Float32Array(1) }, 'ERR_LENGTH_MISMATCH'],
  ['plain array', { shape: [1], data: [1] }, 'ERR_INVALID_ARGUMENT'],
  ['DataView', { shape: [1], data: new DataView(new ArrayBuffer(4)) }, 'ERR_INVALID_ARGUMENT'],
  ['dtype of another class', { shape: [1], dtype: 'F64', data: new Float32Array(1) }, 'ERR_INVALID_ARGUMENT'],
  ['unknown dtype', { shape: [1], dtype: 'BF16', data: new Uint16Array(1) }, 'ERR_INVALID_ARGUMENT'],
  ['unknown option', { shape: [1], data: new Float32Array(1), order: 'F' }, 'ERR_INVALID_ARGUMENT'],
  ['no array', null, 'ERR_INVALID_SHAPE'],
]

for (const [name, array, code] of wrong) {
  test(`refuses to write: ${name}`, async (t) => {
    t.throws(() => encodeNpy(array as NpyInput), { code })
    const here = await folder(t)
    await t.throwsAsync(writeNpy(join(here, 'a.npy'), array as NpyInput), { code })
    await t.throwsAsync(writeNpz(join(here, 'a.npz'), { a: array as NpyInput }), { code })
    t.deepEqual(await readdir(here), [])
  })
}

test('files that cannot be read or written are ERR_IO with their path', async (t) => {
  const here = await folder(t)
  const missing = join(here, 'missing', 'a.npy')
  await t.throwsAsync(readNpy(missing), { code: 'ERR_IO', message: /cannot read .*a\.npy: .*ENOENT/ })
  await t.throwsAsync(readNpy(here), { code: 'ERR_IO' })
  const array = { shape: [1], data: new Float32Array(1) }
  await t.throwsAsync(writeNpy(missing, array), {
    code: 'ERR_IO',
    message: /cannot write .*a\.npy: .*ENOENT/,
  })
  await t.throwsAsync(writeNpy('', array), { code: 'ERR_INVALID_ARGUMENT' })
  await t.throwsAsync(readNpy(7 as never), { code: 'ERR_INVALID_ARGUMENT' })
  await t.throwsAsync(readNpz(7 as never), { code: 'ERR_INVALID_ARGUMENT' })
})

test('an archive that is damaged, encrypted or has something before it is refused', async (t) => {
  const path = join(await folder(t), 'a.npz')
  for (const compress of [false, true]) {
    await writeNpz(
      path,
      { a: { data: Float32Array.from(grid), shape: [24] }, b: { data: Uint8Array.of(1, 2), shape: [2] } },
      { compress },
    )
    const good = await readFile(path)
    const refused = (bytes: Buffer, message: RegExp) =>
      t.throwsAsync(() => readNpz(bytes), { code: 'ERR_BAD_FILE', message })
    const list = good.readUInt32LE(good.length - 6)
    const changed = (at: number, bits: number) => {
      const copy = Buffer.from(good)
      copy[at] = (copy[at] as number) ^ bits
      return copy
    }
    await refused(changed(list + 16, 1), /"a\.npy" is damaged/)
    await refused(changed(list + 8, 1), /"a\.npy" is encrypted/)
    await refused(Buffer.concat([Buffer.alloc(9), good]), /list of members/)
    await refused(changed(good.length - 5, 4), /list of members/)
    await refused(good.subarray(0, good.length - 1), /list of members/)
    await refused(Buffer.alloc(0), /list of members/)
    await refused(changed(list + 29, 0xff), /list of members/)
    // Bytes in the middle of a larger buffer: nothing outside of them is looked at.
    const roomy = Buffer.concat([Buffer.alloc(64), changed(list + 29, 0xff), Buffer.alloc(70_000, 97)])
    await refused(roomy.subarray(64, 64 + good.length), /list of members/)
    if (!compress) await refused(changed(list - 1, 1), /"b\.npy" is damaged/)
    t.is(
      (await readNpz(Buffer.concat([good.subarray(0, -2), Buffer.from([3, 0]), Buffer.from('ha!')]))).size,
      2,
    )
  }
})

test('names and numbers of arrays that an archive cannot hold are refused', async (t) => {
  const path = join(await folder(t), 'a.npz')
  const array = { data: Uint8Array.of(1), shape: [1] }
  const refused = { code: 'ERR_INVALID_ARGUMENT' }
  await t.throwsAsync(() => writeNpz(path, { ['x'.repeat(70_000)]: array }), refused)
  await t.throwsAsync(() => writeNpz(path, { '\ud800': array }), refused)
  await t.throwsAsync(() => writeNpz(path, new Map([[1 as never, array]])), refused)
  const many = new Map(Array.from({ length: 65_536 }, (_, i) => [String(i), array]))
  await t.throwsAsync(() => writeNpz(path, many), refused)
  await writeNpz(path, { é: array })
  t.deepEqual([...(await readNpz(path)).keys()], ['é'])
})

test('every bit of an archive that is flipped is noticed, or matters to nobody', async (t) => {
  const path = join(await folder(t), 'a.npz')
  await writeNpz(path, { x: { data: Float32Array.of(1, 2), shape: [2] } })
  const good = await readFile(path)
  const expected = await readNpz(good)
  for (let bit = 0; bit < 8 * good.length; bit++) {
    const bad = Buffer.from(good)
    bad[bit >> 3] = (bad[bit >> 3] as number) ^ (1 << (bit % 8))
    const found = await readNpz(bad).catch((error: { code?: unknown }) => error.code)
    if (found !== 'ERR_BAD_FILE') t.deepEqual(found, expected, `byte ${bit >> 3}, bit ${bit % 8}`)
  }
})

test('an archive of random weights is unpacked on other threads', async (t) => {
  const path = join(await folder(t), 'a.npz')
  const data = normal(4_000_000, { seed: 1 })
  await writeNpz(path, { a: { shape: [data.length], data } }, { compress: true })
  const read = readNpz(path)
  t.true((await rounds(read)) >= 3)
  t.deepEqual((await read).get('a')?.data, data)
})
