/** The list of members at the end of a zip archive (PKWARE's APPNOTE 4.3.12 to 4.3.16), of which `fflate` checks little. */
import { show } from '../errors.js'
import { badFile } from './header.js'

/** What an archive says of a member. */
export interface Member {
  readonly encrypted: boolean
  /** CRC-32 of its bytes. */
  readonly checksum: number
}

const [END, END64, LOCATOR64, ENTRY] = [0x06054b50, 0x06064b50, 0x07064b50, 0x02014b50]

/** Flags of a member. */
const [ENCRYPTED, UTF8] = [1, 1 << 11]

/** Bytes of an entry before its name. */
const ENTRY_LENGTH = 46

/** Bytes of the end record, and of the longest comment behind it. */
const [END_LENGTH, MAX_COMMENT] = [22, 0xffff]

/**
 * The members of an archive by their names.
 *
 * @throws `ERR_BAD_FILE` where the list isn't where the file says or not as long
 */
export function membersOf(bytes: Uint8Array, file: string): Map<string, Member> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    const end = endOf(view)
    let { count, at } = directoryOf(view, end)
    const members = new Map<string, Member>()
    for (; count > 0; count--) {
      if (view.getUint32(at, true) !== ENTRY) throw new RangeError()
      const length = view.getUint16(at + 28, true)
      const flags = view.getUint16(at + 8, true)
      if (at + ENTRY_LENGTH + length > bytes.length) throw new RangeError()
      const name = Buffer.from(bytes.subarray(at + ENTRY_LENGTH, at + ENTRY_LENGTH + length)).toString(
        flags & UTF8 ? 'utf8' : 'latin1',
      )
      if (members.has(name)) throw badFile(file, `member ${show(name)} is there twice`)
      members.set(name, { encrypted: (flags & ENCRYPTED) !== 0, checksum: view.getUint32(at + 16, true) })
      at += ENTRY_LENGTH + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    }
    return members
  } catch (error) {
    // What lies outside of the file, too.
    if (error instanceof RangeError && !('code' in error))
      throw badFile(file, 'it is no zip archive, or its list of members is damaged')
    throw error
  }
}

function endOf(view: DataView): number {
  const last = view.byteLength - END_LENGTH
  for (let at = last; at >= Math.max(0, last - MAX_COMMENT); at--)
    if (view.getUint32(at, true) === END) return at
  throw new RangeError()
}

/** Number of members, and where the first one is listed; those of the 64-bit extension where it is used. */
function directoryOf(view: DataView, end: number): { count: number; at: number } {
  const wide = end >= 20 && view.getUint32(end - 20, true) === LOCATOR64
  if (!wide) return { count: view.getUint16(end + 10, true), at: view.getUint32(end + 16, true) }
  const at = Number(view.getBigUint64(end - 12, true))
  if (view.getUint32(at, true) !== END64) throw new RangeError()
  return { count: Number(view.getBigUint64(at + 32, true)), at: Number(view.getBigUint64(at + 48, true)) }
}
