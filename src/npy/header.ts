/**
 * The header of a `.npy` file (NumPy Enhancement Proposal 1, format versions 1.0 to 3.0): a magic string, a version,
 * a length, and a Python dictionary literal with the keys `descr`, `fortran_order` and `shape`.
 */
import { badFile, show } from '../errors.js'
import { sizeOf } from '../validate.js'
import { NPY_CODES, typeCoded, type NpyType } from './dtypes.js'

/** What a header says. */
export interface NpyHeader {
  readonly type: NpyType
  readonly shape: readonly number[]
  /** Whether the first axis varies fastest. */
  readonly fortranOrder: boolean
  readonly littleEndian: boolean
  /** Bytes from the start of the file to the first element. */
  readonly dataStart: number
  /** Bytes that the elements take. */
  readonly dataLength: number
}

/** Bytes that `headerLength` needs. */
export const PREFIX_LENGTH = 12

const MAGIC = '\x93NUMPY'

/** Longer headers belong to structured types, which are not read. */
const MAX_HEADER = 65_536

const MAX_RANK = 64

/** Whether this machine stores the low byte first. */
export const HOST_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1

/** Reads the first bytes of a file: how long its header is, prefix included, and where the dictionary starts. */
export function headerLength(prefix: Uint8Array, name: string): { start: number; end: number } {
  if (String.fromCharCode(...prefix.subarray(0, MAGIC.length)) !== MAGIC)
    throw badFile(name, 'this is no .npy file')
  if (prefix.length < PREFIX_LENGTH) throw badFile(name, `the header is cut off after ${prefix.length} bytes`)
  const view = new DataView(prefix.buffer, prefix.byteOffset, PREFIX_LENGTH)
  const version = view.getUint8(6)
  if (version < 1 || version > 3)
    throw badFile(name, `format version ${version} is not known: 1, 2 and 3 are`)
  const start = version === 1 ? 10 : 12
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true)
  if (length > MAX_HEADER)
    throw badFile(name, `a header of ${length} bytes is longer than the allowed ${MAX_HEADER}`)
  return { start, end: start + length }
}

/**
 * Reads a header.
 *
 * @param bytes - the file's first bytes, the whole header at least
 * @param fileLength - length of the whole file in bytes, against which the shape is checked
 * @throws `ERR_BAD_FILE` naming the fault
 */
export function parseHeader(bytes: Uint8Array, fileLength: number, name: string): NpyHeader {
  const { start, end } = headerLength(bytes, name)
  if (bytes.length < end) throw badFile(name, `the header ends at byte ${end}, the file at ${fileLength}`)
  const entries = parseDictionary(new TextDecoder('latin1').decode(bytes.subarray(start, end)), name)
  const { type, littleEndian } = parseDescr(entries.get('descr') as string, name)
  const shape = parseShape(entries.get('shape') as string, name)
  const dataLength = sizeOf(shape) * type.view.BYTES_PER_ELEMENT
  if (dataLength !== fileLength - end) {
    const said = `shape [${shape.join(', ')}] of ${type.dtype} takes ${dataLength} bytes`
    throw badFile(name, `${said}, but ${fileLength - end} follow the header`)
  }
  return {
    type,
    shape,
    fortranOrder: entries.get('fortran_order') === 'True',
    littleEndian,
    dataStart: end,
    dataLength,
  }
}

/** One `'key': value` of the dictionary; the values are those that numpy writes for plain arrays. */
const ENTRY = /\s*(['"])(\w+)\1\s*:\s*('[^']*'|"[^"]*"|True|False|\([\d\s,L]*\))\s*(,|$)/y

function parseDictionary(text: string, name: string): Map<string, string> {
  const body = /^\{(.*)\}\s*$/s.exec(text)?.[1]
  if (body === undefined) throw badFile(name, `the header is not a dictionary: ${show(text.trim())}`)
  const entries = new Map<string, string>()
  ENTRY.lastIndex = 0
  for (let at = 0; body.slice(at).trim() !== ''; at = ENTRY.lastIndex) {
    const match = ENTRY.exec(body)
    if (match === null) throw badFile(name, `the header cannot be read at ${show(body.slice(at).trim())}`)
    const [, , key, value] = match as unknown as [string, string, string, string]
    if (entries.has(key)) throw badFile(name, `the header has ${show(key)} twice`)
    entries.set(key, value)
  }
  for (const [key, form] of Object.entries(FORMS)) {
    const value = entries.get(key)
    if (value === undefined) throw badFile(name, `the header has no ${show(key)}`)
    if (!form.test(value)) throw badFile(name, `the header's ${show(key)} cannot be ${show(value)}`)
  }
  return entries
}

const FORMS = { descr: /^['"]/, fortran_order: /^(True|False)$/, shape: /^\(/ }

function parseDescr(quoted: string, name: string): { type: NpyType; littleEndian: boolean } {
  const descr = quoted.slice(1, -1)
  const type = typeCoded(descr.slice(1))
  const order = descr[0]
  if (type === undefined || !'<>|='.includes(order as string)) {
    throw badFile(
      name,
      `element type ${show(descr)} is not one of ${NPY_CODES.join(', ')} behind <, >, = or |`,
    )
  }
  return { type, littleEndian: order === '<' || (order !== '>' && HOST_LITTLE_ENDIAN) }
}

function parseShape(tuple: string, name: string): number[] {
  const texts = tuple.slice(1, -1).split(',')
  if (texts.at(-1)?.trim() === '') texts.pop()
  if (texts.length > MAX_RANK)
    throw badFile(name, `a shape of ${texts.length} axes: at most ${MAX_RANK} are allowed`)
  const shape = texts.map((text) => {
    const size = /^\s*(\d+)L?\s*$/.exec(text)?.[1]
    if (size === undefined) throw badFile(name, `the shape ${show(tuple)} cannot be read`)
    return Number(size)
  })
  // Beyond 2^53 neither a size nor a product can be told from its neighbours.
  if (!shape.every(Number.isSafeInteger) || !Number.isSafeInteger(sizeOf(shape) * 8)) {
    throw badFile(name, `the shape ${show(tuple)} has more elements than any file`)
  }
  return shape
}

/** A version 1.0 header in C order, padded so that the elements start at a multiple of 64 bytes. */
export function formatHeader(type: NpyType, shape: readonly number[]): Uint8Array {
  const byteOrder = type.view.BYTES_PER_ELEMENT === 1 ? '|' : HOST_LITTLE_ENDIAN ? '<' : '>'
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const text = `{'descr': '${byteOrder}${type.code}', 'fortran_order': False, 'shape': ${tuple}, }`
  const length = Math.ceil((10 + text.length + 1) / 64) * 64
  const bytes = new Uint8Array(length).fill(0x20)
  bytes.set([...MAGIC].map((character) => character.charCodeAt(0)))
  bytes.set([1, 0, (length - 10) & 0xff, (length - 10) >> 8], 6)
  bytes.set(new TextEncoder().encode(text), 10)
  bytes[length - 1] = 0x0a
  return bytes
}
