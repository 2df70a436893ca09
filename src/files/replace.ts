import { randomBytes } from 'node:crypto'
import { fsync } from 'node:fs'
import { open, readdir, readlink, realpath, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import { abortError, plainError, rangeError, show } from '../errors.js'
import { raiseIo } from './io-error.js'

/** By descriptor: the file handles of some package managers can't. */
const sync = promisify(fsync)

/** Where a file goes, and the name that it has until it is complete. */
export interface Destination {
  readonly path: string
  readonly temporary: string
}

/**
 * The destination of a path: where it is a symbolic link, what it leads to is replaced and the link stays. Temporary
 * names are never reused, so that two writers of one file can't harm each other.
 *
 * @throws `ERR_IO` for a folder, a pipe or a device, which a file would take the place of
 */
export async function destinationOf(path: string): Promise<Destination> {
  if (path === '' || path.includes('\0')) {
    throw rangeError(
      'ERR_INVALID_PATH',
      `a file's path must neither be empty nor hold a NUL, got ${show(path)}`,
    )
  }
  const target = await followed(path)
  const found = await stat(target).catch(() => undefined)
  if (found?.isFile() === false) throw plainError('ERR_IO', `cannot write ${path}: it is no regular file`)
  return { path: target, temporary: `${prefixOf(target)}${randomBytes(4).toString('hex')}.tmp` }
}

/** File systems take names of 255 bytes. */
const MAX_NAME = 240

/** What the temporary names of a file begin with. */
function prefixOf(target: string): string {
  return Buffer.byteLength(basename(target)) > MAX_NAME ? `${dirname(target)}${sep}.` : `${target}.`
}

/** Milliseconds after which a temporary file that nobody has written to is that of a killed writer. */
const DEAD = 86_400_000

/**
 * Removes what killed writers of files in one folder have left, as far as that can be told: it may be as large as they
 * are.
 */
export async function removeDead(paths: readonly string[]): Promise<void> {
  const folder = dirname(paths[0] ?? '')
  const starts = new Set(paths.map((path) => basename(`${prefixOf(path)}x`).slice(0, -1)))
  for (const name of await readdir(folder).catch(() => [])) {
    const [, start = ''] = /^(.*\.)[0-9a-f]{8}\.tmp$/s.exec(name) ?? []
    if (!starts.has(start)) continue
    const path = join(folder, name)
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && Date.now() - found.mtimeMs > DEAD)
      await rm(path, { force: true }).catch(() => undefined)
  }
}

/** As many as Linux follows. */
const MAX_LINKS = 40

/** Where links lead, whether or not there is anything yet. */
async function followed(path: string, links = 0): Promise<string> {
  const real = await realpath(path).catch(() => undefined)
  const link = real === undefined ? await readlink(path).catch(() => undefined) : undefined
  if (link === undefined) return real ?? path
  if (links === MAX_LINKS) throw plainError('ERR_IO', `cannot write ${path}: its links lead in a circle`)
  return followed(resolve(dirname(path), link), links + 1)
}

/** Bytes of one write: Node refuses 2 GiB and more, and nobody waits longer for an abort. */
const CHUNK = 64 << 20

/**
 * Replaces a file as a whole or not at all: `fill` writes under the temporary name, which becomes the real one when
 * every byte is on the disk, and is removed when anything fails. The file keeps the permissions of the one it replaces.
 *
 * @throws `ERR_IO`; `ERR_ABORTED` when the signal is aborted before the file takes its name; what `fill` throws
 */
export async function replaceFile(
  { path, temporary }: Destination,
  signal: AbortSignal | undefined,
  fill: (write: (bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const raise = raiseIo(`cannot write ${path}`)
  try {
    const file = await open(temporary, 'wx').catch(raise)
    try {
      const before = await stat(path).catch(() => undefined)
      if (before !== undefined) await file.chmod(before.mode & 0o777).catch(() => undefined)
      await fill(async (bytes) => {
        for (let done = 0; done < bytes.length;) {
          if (signal?.aborted) throw abortError(signal)
          const length = Math.min(CHUNK, bytes.length - done)
          done += (await file.write(bytes, done, length).catch(raise)).bytesWritten
        }
      })
      await sync(file.fd).catch(raise)
    } finally {
      await file.close().catch(raise)
    }
    if (signal?.aborted) throw abortError(signal)
    await rename(temporary, path).catch(raise)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined)
    throw error
  }
}

/**
 * Makes a new name survive a power cut, where the system lets a folder be opened for that. The file has its name
 * already: a folder that can't be read, or a network's that can't be synced, is no failure to write it.
 */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  if (handle !== undefined) await sync(handle.fd).catch(() => undefined)
  await handle?.close().catch(() => undefined)
}
