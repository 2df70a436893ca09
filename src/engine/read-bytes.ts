import { constants, createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { plainError } from '../errors.js'
import { ioError } from './replace.js'

/** Documents are no longer than this; a device may never end. */
const MAX_BYTES = 2 ** 30

/**
 * The bytes of a document, which may come through a pipe.
 *
 * @throws `ERR_IO`, `ERR_BAD_FILE` for more than a gigabyte
 */
export async function readBytes(path: string): Promise<Buffer> {
  const parts: Buffer[] = []
  let length = 0
  try {
    for await (const part of createReadStream(path) as AsyncIterable<Buffer>) {
      parts.push(part)
      length += part.length
      if (length > MAX_BYTES) throw plainError('ERR_BAD_FILE', `${path} has more than ${MAX_BYTES} bytes`)
    }
  } catch (error) {
    throw ioError(`cannot read ${path}`, error)
  }
  return Buffer.concat(parts)
}

/**
 * Opens a regular file to be read, and tells how long it is. Pipes and devices are refused: one that nobody writes to
 * would be waited for, in a thread that all files share.
 */
export async function openRegular(path: string): Promise<{ file: FileHandle; size: number }> {
  // Other systems than Unix have no such flag.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  const stats = await file.stat()
  if (stats.isFile()) return { file, size: stats.size }
  await file.close()
  throw plainError('ERR_IO', `cannot read ${path}: it is no regular file`)
}
