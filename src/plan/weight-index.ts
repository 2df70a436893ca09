import { basename } from 'node:path'
import { readBytes } from '../files/read-bytes.js'
import { plainError, show } from '../errors.js'

/**
 * Reads the index of a sharded checkpoint: the file of each tensor, in the index's order. Files are names within the
 * index's own folder, never paths.
 *
 * @throws `ERR_BAD_FILE`, `ERR_IO`
 */
export async function readIndex(path: string): Promise<[tensor: string, file: string][]> {
  const value = await readJsonFile(path)
  const map = (value as { weight_map?: unknown } | null)?.weight_map
  if (typeof map !== 'object' || map === null || Array.isArray(map)) {
    throw plainError('ERR_BAD_FILE', `${path} is no index of a checkpoint: it has no weight_map`)
  }
  if (Object.keys(map).length === 0) throw plainError('ERR_BAD_FILE', `${path} names no files`)
  return Object.entries(map).map(([tensor, file]: [string, unknown]) => {
    const isName =
      typeof file === 'string' && file !== '' && basename(file) === file && !/[\\\0]|^\.\.?$/.test(file)
    if (isName) return [tensor, file]
    throw plainError(
      'ERR_BAD_FILE',
      `${path} puts ${show(tensor)} into ${show(file)}, which is no file's name`,
    )
  })
}

/**
 * Reads a JSON document.
 *
 * @throws `ERR_BAD_FILE`, `ERR_IO`
 */
export async function readJsonFile(path: string): Promise<unknown> {
  const text = String(await readBytes(path))
  try {
    return JSON.parse(text)
  } catch (error) {
    throw plainError('ERR_BAD_FILE', `${path} is not JSON: ${(error as Error).message}`, { cause: error })
  }
}
