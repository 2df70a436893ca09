import { constants, createReadStream } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { abortError, badFile, plainError } from '../errors.js'
import type { Control } from '../async/watch.js'
import { ioError } from './io-error.js'

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
async function openRegular(path: string): Promise<{ file: FileHandle; size: number }> {
  // Other systems than Unix have no such flag.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const stats = await file.stat()
    if (stats.isFile()) return { file, size: stats.size }
    throw plainError('ERR_IO', `cannot read ${path}: it is no regular file`)
  } catch (error) {
    await file.close()
    throw error
  }
}

/**
 * Reads a regular file, which is closed again whatever happens.
 *
 * @throws `ERR_IO`; what `use` throws
 */
export async function withRegular<T>(
  path: string,
  use: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  try {
    const { file, size } = await openRegular(path)
    try {
      return await use(file, size)
    } finally {
      await file.close()
    }
  } catch (error) {
    throw ioError(`cannot read ${path}`, error)
  }
}

/** Bytes of one read: large enough for any disk, and below the limits of every operating system. */
const CHUNK = 64 << 20

/**
 * Fills `out` from a position of a file on, as far as the file goes; how many bytes there were.
 *
 * @throws `ERR_ABORTED`
 */
export async function readUpTo(
  file: FileHandle,
  out: Uint8Array,
  position: number,
  { signal, onStep }: Control = {},
): Promise<number> {
  let done = 0
  while (done < out.length) {
    if (signal?.aborted) throw abortError(signal)
    const length = Math.min(CHUNK, out.length - done)
    const { bytesRead } = await file.read(out, done, length, position + done)
    if (bytesRead === 0) break
    done += bytesRead
    onStep?.(done)
  }
  return done
}

/**
 * Fills `out` from a position of a file on.
 *
 * @throws `ERR_BAD_FILE` where the file ends before, `ERR_ABORTED`
 */
export async function readExactly(
  file: FileHandle,
  out: Uint8Array,
  position: number,
  path: string,
  control?: Control,
): Promise<void> {
  if ((await readUpTo(file, out, position, control)) < out.length)
    throw badFile(path, 'it became shorter while it was read')
}
