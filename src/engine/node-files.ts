import { open, type FileHandle } from 'node:fs/promises'
import type { Control } from '../async/watch.js'
import { readUpTo } from '../files/read-bytes.js'
import { replaceFile } from '../files/replace.js'
import { ioError } from '../files/io-error.js'
import type { Engine } from './engine.js'
import type { FileTarget, Piece, TensorFiles } from './tensor-files.js'
import { tiles } from './tiles.js'

/** Files written and compared through Node, for an engine that has no file code of its own. */
export function portableFiles(engine: Engine): TensorFiles {
  return {
    async write(
      { path, temporary, head }: FileTarget,
      pieces: readonly Piece[],
      control: Control,
    ): Promise<void> {
      await replaceFile({ path, temporary }, control.signal, async (write) => {
        await write(head)
        for await (const { bytes } of tiles(engine, pieces, head.length, control)) await write(bytes)
      })
    },
    async verify(
      path: string,
      position: number,
      pieces: readonly Piece[],
      control: Control,
    ): Promise<Float64Array> {
      const mismatches = new Float64Array(pieces.length).fill(-1)
      const file = await open(path, 'r').catch((error: unknown) => {
        throw ioError(`cannot open ${path}`, error)
      })
      try {
        let at = position
        for await (const { bytes, piece, first } of tiles(engine, pieces, 0, control)) {
          const difference = await firstDifference(file, at, bytes, path)
          if (difference >= 0 && mismatches[piece] === -1) mismatches[piece] = first + difference
          at += bytes.length
        }
      } finally {
        await file.close()
      }
      return mismatches
    },
  }
}

/** Index of the first byte at which the file differs from what is expected or ends too early, or -1. */
async function firstDifference(
  file: FileHandle,
  position: number,
  expected: Uint8Array,
  path: string,
): Promise<number> {
  const found = new Uint8Array(expected.length)
  const length = await readUpTo(file, found, position).catch((error: unknown) => {
    throw ioError(`cannot read ${path}`, error)
  })
  if (Buffer.compare(found.subarray(0, length), expected) === 0) return -1
  const difference = expected.subarray(0, length).findIndex((byte, i) => byte !== found[i])
  return difference < 0 ? length : difference
}
