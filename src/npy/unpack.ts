/** The members of an archive, unpacked. */
import { promisify } from 'node:util'
import type { UnzipFileInfo } from 'fflate'
import { badFile, isOwnError, show } from '../errors.js'
import { type Member, membersOf } from './archive.js'

/** No deflated data expands further: a block of 258 equal bytes takes two bits. */
const MAX_EXPANSION = 1032

/** The method of members that are packed at all, and bytes that are unpacked at a time. */
const [DEFLATED, CHUNK] = [8, 1 << 16]

/**
 * The `.npy` members of an archive in its order, by their names.
 *
 * @throws `ERR_BAD_FILE` naming the member that is encrypted, damaged, or claims a size that it cannot have
 */
export async function unpack(bytes: Uint8Array, name: string): Promise<[string, Uint8Array][]> {
  const members = membersOf(bytes, name)
  const listed = [...members].filter(([member]) => member.endsWith('.npy'))
  const secret = listed.find(([, { encrypted }]) => encrypted)
  if (secret !== undefined) throw badFile(name, `member ${show(secret[0])} is encrypted`)
  // Takes long to load, as do those below: not before they are needed.
  const { crc32 } = await import('node:zlib')
  const files = await filesOf(bytes, members, name)
  return listed.map(([member, { checksum }]) => {
    const data = files.get(member)
    if (data !== undefined && crc32(data) === checksum) return [member, data]
    throw badFile(name, `member ${show(member)} is damaged: its checksum is not ${checksum}`)
  })
}

/** The unpacked members by their names. */
async function filesOf(
  bytes: Uint8Array,
  members: ReadonlyMap<string, Member>,
  name: string,
): Promise<Map<string, Uint8Array>> {
  const [{ unzip }, { inflateRaw }] = await Promise.all([import('fflate'), import('node:zlib')])
  const deflated: UnzipFileInfo[] = []
  // Left to Node's threads: fflate works on this one where data hardly shrinks, as random weights.
  const filter = (member: UnzipFileInfo): boolean => {
    if (!member.name.endsWith('.npy')) return false
    checkMember(member, bytes.length, name)
    if (member.compression !== DEFLATED || members.get(member.name)?.start === undefined) return true
    deflated.push(member)
    return false
  }
  const inflate = async ({
    name: member,
    size,
    originalSize,
  }: UnzipFileInfo): Promise<[string, Uint8Array]> => {
    const start = members.get(member)?.start as number
    const options = { maxOutputLength: Math.max(1, originalSize), chunkSize: CHUNK }
    return [member, await promisify(inflateRaw)(bytes.subarray(start, start + size), options)]
  }
  try {
    const others = await new Promise<Record<string, Uint8Array>>((resolve, reject) => {
      unzip(bytes, { filter }, (error, result) => (error === null ? resolve(result) : reject(error)))
    })
    return new Map([...Object.entries(others), ...(await Promise.all(deflated.map(inflate)))])
  } catch (error) {
    if (isOwnError(error)) throw error
    throw badFile(name, (error as Error).message, error)
  }
}

/** Refuses sizes that the member cannot have: memory is allocated by them. */
function checkMember(
  { name: member, size, originalSize, compression }: UnzipFileInfo,
  length: number,
  name: string,
) {
  const most = compression === 0 ? size : size * MAX_EXPANSION
  if (size > length) throw badFile(name, `member ${show(member)} claims ${size} bytes of a file of ${length}`)
  if (originalSize > most) {
    throw badFile(name, `member ${show(member)} claims ${originalSize} bytes packed into ${size}`)
  }
}
