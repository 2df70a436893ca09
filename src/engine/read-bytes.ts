import { readFile } from 'node:fs/promises'
import { ioError } from './replace.js'

/**
 * The bytes of a file.
 *
 * @throws `ERR_IO`
 */
export async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw ioError(`cannot read ${path}`, error)
  }
}
