/** `.npz` archives: a zip file with one `.npy` file for each named array, as `numpy.savez` writes them. */
import type { AsyncZippable } from 'fflate'
import { type AsyncOptions, oneCall, unlessAborted } from '../async/watch.js'
import { badFile, isOwnError, rangeError, show, wrongType, wrongValue } from '../errors.js'
import { isOf } from '../realm.js'
import { boolean } from '../validate.js'
import { decodeNpy, encodeNpy, toBytes, type NpyArray, type NpyInput } from './codec.js'
import { isPath, readWhole, writeWhole } from './files.js'
import { unpack } from './unpack.js'

/** A zip file without its 64-bit extension. */
const MAX_ARCHIVE = 2 ** 32 - 1
const MAX_MEMBERS = 2 ** 16 - 1

/** A member's name has at most 65,535 bytes, of which a character may take three. */
const MAX_NAME = 21_000

/** How an archive is written. */
export interface NpzOptions extends AsyncOptions {
  /** Deflates the arrays, as `numpy.savez_compressed`; random weights hardly shrink. Default false. */
  compress?: boolean | undefined
}

/**
 * Reads every array of a `.npz` archive; members that are no `.npy` files are passed over.
 *
 * @param source - a path, a file URL, or the archive's bytes
 * @returns the arrays by their names (without `.npy`), in the archive's order
 * @throws `ERR_IO` where the file cannot be read, `ERR_BAD_FILE` naming what is wrong in it, `ERR_ABORTED`
 */
export function readNpz(
  source: string | URL | Uint8Array | ArrayBuffer,
  options?: AsyncOptions,
): Promise<Map<string, NpyArray>> {
  const fromFile = isPath(source)
  const name = fromFile ? String(source) : 'the .npz data'
  return oneCall(options, [], async (_, control) => {
    const bytes = fromFile ? await readWhole(source, { signal: control.signal }) : toBytes(source)
    return arraysOf(await unlessAborted(unpack(bytes, name), control.signal), name)
  })
}

function arraysOf(members: readonly [string, Uint8Array][], name: string): Map<string, NpyArray> {
  const arrays = new Map<string, NpyArray>()
  for (const [member, bytes] of members) {
    try {
      arrays.set(member.slice(0, -'.npy'.length), decodeNpy(bytes))
    } catch (error) {
      if (!isOwnError(error) || error.code !== 'ERR_BAD_FILE') throw error
      throw badFile(name, `member ${show(member)}: ${error.message}`)
    }
  }
  return arrays
}

/**
 * Writes named arrays as a `.npz` archive, under a temporary name first and then renamed. Equal arrays give equal bytes:
 * the members carry no time of their own.
 *
 * @param arrays - a Map, or an object, of arrays by name
 * @throws `ERR_IO`, `ERR_ABORTED`, and as `encodeNpy`; `ERR_INVALID_ARGUMENT` for more than 4 GiB or 65,535 arrays, which
 * the format cannot hold
 */
export function writeNpz(
  path: string | URL,
  arrays: ReadonlyMap<string, NpyInput> | Readonly<Record<string, NpyInput>>,
  options?: NpzOptions,
): Promise<void> {
  return oneCall(options, ['compress'], async ({ compress = false }, { signal }) => {
    const archive = pack(encodeMembers(arrays), boolean(compress, 'compress') ? 6 : 0)
    const bytes = await unlessAborted(archive, signal)
    await writeWhole(path, { signal }, (write) => write(bytes))
  })
}

async function pack(members: AsyncZippable, level: 0 | 6): Promise<Uint8Array> {
  const { zip } = await import('fflate')
  return new Promise((resolve, reject) => {
    zip(members, { level, mtime: EPOCH }, (error, result) =>
      error === null ? resolve(result) : reject(error),
    )
  })
}

/** The earliest time that a zip file can tell, in local time as the format has it. */
const EPOCH = new Date(1980, 0, 1)

function encodeMembers(arrays: unknown): AsyncZippable {
  if (typeof arrays !== 'object' || arrays === null || ArrayBuffer.isView(arrays)) {
    throw wrongType('arrays', 'a Map or an object of arrays', arrays)
  }
  const entries = isOf(arrays, 'Map') ? [...(arrays as Map<string, NpyInput>)] : Object.entries(arrays)
  if (entries.length > MAX_MEMBERS)
    throw rangeError('ERR_INVALID_ARGUMENT', `arrays must be at most ${MAX_MEMBERS}, got ${entries.length}`)
  const members = Object.create(null) as AsyncZippable
  let total = 0
  for (const [name, array] of entries as [string, NpyInput][]) {
    if (typeof name !== 'string' || !name.isWellFormed() || name.length > MAX_NAME) {
      const allowed = `well-formed strings of at most ${MAX_NAME} characters`
      throw wrongValue('names of arrays', allowed, name)
    }
    const bytes = encodeNpy(array)
    total += bytes.length + 2 * name.length + 128
    if (total > MAX_ARCHIVE)
      throw rangeError('ERR_INVALID_ARGUMENT', 'arrays take more than the 4 GiB of a zip file')
    members[`${name}.npy`] = bytes
  }
  return members
}
