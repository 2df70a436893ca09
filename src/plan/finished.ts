import { readUpTo, withRegular } from '../files/read-bytes.js'
import type { Control } from '../async/watch.js'
import type { Piece, TensorFiles } from '../engine/tensor-files.js'
import type { TensorFile } from './file.js'

/**
 * Whether a file has its full size and begins with the head that it should have, which holds the whole plan. Files take
 * their names only when they are complete, so one that looks right is.
 */
export async function isFinished({
  path,
  head,
  bytes,
}: TensorFile & { readonly path: string }): Promise<boolean> {
  try {
    return await withRegular(path, async (file, size) => {
      if (size !== bytes) return false
      const found = Buffer.alloc(head.length)
      await readUpTo(file, found, 0)
      return found.equals(head.encode())
    })
  } catch {
    // Whatever can't be read has to be written, which tells what is wrong.
    return false
  }
}

/** As `isFinished`, with every byte compared with what it should be: reading costs less than writing. */
export async function isVerified(
  files: TensorFiles,
  target: TensorFile & { readonly path: string },
  pieces: readonly Piece[],
  control: Control,
): Promise<boolean> {
  if (!(await isFinished(target))) return false
  const mismatches = await files.verify(target.path, target.head.length, pieces, { signal: control.signal })
  return mismatches.every((offset) => offset < 0)
}
