/** The list of members at the end of a zip archive (PKWARE's APPNOTE 4.3.12 to 4.3.16), of which `fflate` checks little. */
import { badFile, show } from '../errors.js'

/** What an archive says of a member. */
export interface Member {
  readonly encrypted: boolean
  /** CRC-32 of its bytes. */
  readonly checksum: number
  /** Where its bytes begin, packed or not; undefined where only the 64-bit extension tells. */
  readonly start: number | undefined
}

const [END, END64, LOCATOR64, ENTRY] = [0x06054b50, 0x06064b50, 0x07064b50, 0x02014b50]

/** Flags of a member. */
const [ENCRYPTED, UTF8] = [1, 1 << 11]

/** Bytes of an entry, and of what precedes a member, before the name. */
const [ENTRY_LENGTH, LOCAL_LENGTH] = [46, 30]

/** First bytes of a member, and a place that only the 64-bit extension tells. */
const [LOCAL, WIDE] = [0x04034b50, 0xffffffff]

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
    let { count, at, last } = directoryOf(view, end)
    const members = new Map<string, Member>()
    for (; count > 0; count--) {
      if (view.getUint32(at, true) !== ENTRY) throw new RangeError()
      const length = view.getUint16(at + 28, true)
      const local = view.getUint32(at + 42, true)
      const flags = view.getUint16(at + 8, true)
      if (at + ENTRY_LENGTH + length > bytes.length) throw new RangeError()
      const listed = bytes.subarray(at + ENTRY_LENGTH, at + ENTRY_LENGTH + length)
      const name = Buffer.from(listed).toString(flags & UTF8 ? 'utf8' : 'latin1')
      // The member itself tells its name too.
      const own = bytes.subarray(local + LOCAL_LENGTH, local + LOCAL_LENGTH + length)
      if (local !== WIDE && (view.getUint32(local, true) !== LOCAL || !sameBytes(own, listed)))
        throw new RangeError()
      if (members.has(name)) throw badFile(file, `member ${show(name)} is there twice`)
      members.set(name, {
        encrypted: (flags & ENCRYPTED) !== 0,
        checksum: view.getUint32(at + 16, true),
        start: local === WIDE ? undefined : local + LOCAL_LENGTH + length + view.getUint16(local + 28, true),
      })
      at += ENTRY_LENGTH + length + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
    }
    if (at !== last) throw new RangeError()
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

/** Number of members, where the first one is listed, and where the list ends; of the 64-bit extension where it is used. */
function directoryOf(view: DataView, end: number): { count: number; at: number; last: number } {
  const wide = end >= 20 && view.getUint32(end - 20, true) === LOCATOR64
  if (!wide) return { count: view.getUint16(end + 10, true), at: view.getUint32(end + 16, true), last: end }
  const last = Number(view.getBigUint64(end - 12, true))
  if (view.getUint32(last, true) !== END64) throw new RangeError()
  return {
    count: Number(view.getBigUint64(last + 32, true)),
    at: Number(view.getBigUint64(last + 48, true)),
    last,
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
