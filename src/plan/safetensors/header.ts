import { plainError, show } from '../../errors.js'
import { sizeOf } from '../../validate.js'
import { dtypeSize, type FileDtype, isFileDtype } from './dtypes.js'
import { hasDuplicateKeys } from './keys.js'

/** Longest header that readers of the format accept, in bytes. */
export const MAX_HEADER = 100_000_000

/** Name that the format reserves in its header. */
export const METADATA = '__metadata__'

/** A tensor in a file; `start` and `end` count bytes from the end of the header. */
export interface Entry {
  readonly name: string
  readonly dtype: FileDtype
  readonly shape: readonly number[]
  readonly start: number
  readonly end: number
}

export interface Header {
  readonly metadata: Readonly<Record<string, string>>
  /** In the order of their bytes, which they cover without gaps. */
  readonly entries: readonly Entry[]
  /** Position in the file of the first tensor's bytes. */
  readonly dataStart: number
}

/** Places tensors one after another, in the order given. */
export function placed(tensors: readonly Omit<Entry, 'start' | 'end'>[]): Entry[] {
  let end = 0
  return tensors.map(({ name, dtype, shape }) => {
    const start = end
    end += sizeOf(shape) * dtypeSize(dtype)
    return { name, dtype, shape, start, end }
  })
}

/** The head of a file: the length of the JSON as a little-endian u64, then the JSON. */
export interface Head {
  /** Bytes of it. */
  readonly length: number
  encode(): Uint8Array
}

/** Metadata as a header's first field: encoded once, however many files carry it. */
export function encodeMetadata(metadata: Readonly<Record<string, string>>): Uint8Array {
  return new TextEncoder().encode(`{${JSON.stringify(METADATA)}:${JSON.stringify(metadata)}`)
}

/**
 * The head of a file, padded with spaces so that the tensors start at a multiple of 8 bytes.
 *
 * @param metadata - by `encodeMetadata`
 * @throws `ERR_INVALID_ARGUMENT` for a header that no reader would accept.
 */
export function headOf(entries: readonly Entry[], metadata: Uint8Array): Head {
  const length = Math.ceil((metadata.length + encodeEntries(entries).length) / 8) * 8
  if (length > MAX_HEADER) {
    const message = `the names and metadata of ${entries.length} tensors take ${length} bytes of header: at most ${MAX_HEADER}`
    throw plainError('ERR_INVALID_ARGUMENT', message)
  }
  return {
    length: 8 + length,
    encode() {
      const head = new Uint8Array(8 + length).fill(0x20)
      new DataView(head.buffer).setBigUint64(0, BigInt(length), true)
      head.set(metadata, 8)
      head.set(encodeEntries(entries), 8 + metadata.length)
      return head
    },
  }
}

/** Written entry by entry: an object would lose a tensor named `__proto__`. */
function encodeEntries(entries: readonly Entry[]): Uint8Array {
  const fields = entries.map(
    ({ name, dtype, shape, start, end }) =>
      `,${JSON.stringify(name)}:${JSON.stringify({ dtype, shape, data_offsets: [start, end] })}`,
  )
  return new TextEncoder().encode(`${fields.join('')}}`)
}

/**
 * Reads the length field of a file of `fileSize` bytes.
 *
 * @throws `ERR_BAD_FILE`
 */
export function headerLength(prefix: Uint8Array, fileSize: number, path: string): number {
  if (prefix.length < 8) throw badFile(path, `it has ${fileSize} bytes, too few for a header`)
  const length = new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true)
  if (length > BigInt(MAX_HEADER))
    throw badFile(path, `its header claims ${length} bytes, more than ${MAX_HEADER}`)
  if (8 + Number(length) > fileSize) {
    throw badFile(path, `its header claims ${length} bytes, the file has ${fileSize}`)
  }
  return Number(length)
}

/**
 * Reads a header's JSON. Tensors must cover the data without gaps or overlaps, as the format demands.
 *
 * @throws `ERR_BAD_FILE` naming the fault
 */
export function parseHeader(json: Uint8Array, path: string): Header {
  const fields = parseObject(json, path)
  let metadata: Record<string, string> = {}
  const entries: Entry[] = []
  for (const [name, value] of fields) {
    if (name === METADATA) metadata = parseMetadata(value ?? {}, path)
    else entries.push(parseEntry(name, value, path))
  }
  entries.sort((a, b) => a.start - b.start || a.end - b.end)
  let end = 0
  for (const entry of entries) {
    if (entry.start !== end) {
      const fault = entry.start < end ? 'overlaps the tensor before it' : 'leaves a gap before it'
      throw badFile(path, `tensor ${show(entry.name)} ${fault}`)
    }
    end = entry.end
  }
  return { metadata, entries, dataStart: 8 + json.length }
}

function parseObject(json: Uint8Array, path: string): [string, unknown][] {
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(json)
  } catch {
    throw badFile(path, 'its header is not UTF-8')
  }
  if (!text.startsWith('{')) throw badFile(path, 'its header is not a JSON object')
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw badFile(path, 'its header is not JSON', error)
  }
  if (hasDuplicateKeys(text)) throw badFile(path, 'its header names something twice')
  return Object.entries(value as object)
}

function parseMetadata(value: unknown, path: string): Record<string, string> {
  const strings = isPlainObject(value) && Object.values(value).every((text) => typeof text === 'string')
  if (!strings) throw badFile(path, `${METADATA} is not an object of strings`)
  return value as Record<string, string>
}

function parseEntry(name: string, value: unknown, path: string): Entry {
  const fault = (what: string): Error => badFile(path, `tensor ${show(name)} ${what}`)
  if (!name.isWellFormed()) throw fault('has a name that is not Unicode')
  if (!isPlainObject(value)) throw fault('is not described by an object')
  const { dtype, shape, data_offsets: offsets } = value
  if (!isFileDtype(dtype)) throw fault(`has the unknown dtype ${show(dtype)}`)
  if (!isSizes(shape)) throw fault(`has the shape ${show(shape)}`)
  if (!isSizes(offsets) || offsets.length !== 2) throw fault(`has the offsets ${show(offsets)}`)
  const [start, end] = offsets as [number, number]
  const bytes = sizeOf(shape) * dtypeSize(dtype)
  // Sizes that overflow before a zero are absurd to other readers too.
  if (!Number.isSafeInteger(bytes) || !Number.isSafeInteger(sizeOf(shape.filter((size) => size > 0))))
    throw fault(`has the absurd shape ${show(shape)}`)
  if (end - start !== bytes) throw fault(`of ${bytes} bytes has the offsets [${start}, ${end}]`)
  return { name, dtype, shape, start, end }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0)
}

/** The error of a file that is not what it should be. */
export function badFile(path: string, fault: string, cause?: unknown): Error {
  return plainError('ERR_BAD_FILE', `${path} is not a safetensors file: ${fault}`, { cause })
}
