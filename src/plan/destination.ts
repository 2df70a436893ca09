import { randomBytes } from 'node:crypto'
import { realpath } from 'node:fs/promises'

/** Where a file goes, and the name that it has until it is complete. */
export interface Destination {
  readonly path: string
  readonly temporary: string
}

/**
 * The destination of a path: where it is a symbolic link, what it leads to is replaced and the link stays. Temporary
 * names are never reused, so that two writers of one file can't harm each other.
 */
export async function destinationOf(path: string): Promise<Destination> {
  const target = await realpath(path).catch(() => path)
  return { path: target, temporary: `${target}.${randomBytes(4).toString('hex')}.tmp` }
}
