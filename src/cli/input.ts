import { readFile } from 'node:fs/promises'
import { ioError } from '../engine/replace.js'

/**
 * The bytes of a file that a command was given.
 *
 * @throws `ERR_IO`
 */
export async function readInput(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw ioError(`cannot read ${path}`, error)
  }
}
