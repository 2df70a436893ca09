import { open, type FileHandle } from 'node:fs/promises'
import type { Control, Engine } from './engine.js'
import type { FileTarget, Piece, TensorFiles } from './tensor-files.js'
import { halfOf, type View } from './law.js'
import { allocate } from '../validate.js'
import { ioError, replaceFile } from './replace.js'
import { isWhole } from './whole.js'

/** Bytes made at a time. */
const TILE = 4 << 20

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
        await eachTile(engine, pieces, head.length, control, (bytes) => write(bytes))
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
        await eachTile(engine, pieces, 0, control, async (expected, piece, first) => {
          const difference = await firstDifference(file, at, expected, path)
          if (difference >= 0 && mismatches[piece] === -1) mismatches[piece] = first + difference
          at += expected.length
        })
      } finally {
        await file.close()
      }
      return mismatches
    },
  }
}

/** What is done with the bytes of a tile: the piece it belongs to, and where in the piece's bytes it starts. */
type UseTile = (bytes: Uint8Array, piece: number, first: number) => Promise<void>

/** Makes the pieces tile by tile, in order. A law that is made as one piece is one tile. */
async function eachTile(
  engine: Engine,
  pieces: readonly Piece[],
  before: number,
  control: Control,
  use: UseTile,
): Promise<void> {
  let done = before
  for (const [index, piece] of pieces.entries()) {
    const size = ELEMENT[piece.dtype].BYTES_PER_ELEMENT
    const step = isWhole(piece.job.law) ? Math.max(1, piece.elements) : TILE / size
    for (let start = 0; start < piece.elements; start += step) {
      const length = Math.min(step, piece.elements - start)
      const view = allocate(`${length} values`, () => new ELEMENT[piece.dtype](length))
      await engine.fillAsync(jobOf(piece, start), view, { signal: control.signal })
      await use(bytesOf(view), index, start * size)
      done += view.byteLength
      control.onStep?.(done)
    }
  }
}

const ELEMENT = { F32: Float32Array, F64: Float64Array, F16: Uint16Array, BF16: Uint16Array } as const

function jobOf({ job, dtype }: Piece, start: number): Piece['job'] {
  return { ...job, offset: job.offset + start, half: halfOf(dtype) }
}

function bytesOf(view: View): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}

/** Index of the first byte at which the file differs from what is expected or ends too early, or -1. */
async function firstDifference(
  file: FileHandle,
  position: number,
  expected: Uint8Array,
  path: string,
): Promise<number> {
  const found = new Uint8Array(expected.length)
  let length = 0
  while (length < found.length) {
    const { bytesRead } = await file
      .read(found, length, found.length - length, position + length)
      .catch((error: unknown) => {
        throw ioError(`cannot read ${path}`, error)
      })
    if (bytesRead === 0) break
    length += bytesRead
  }
  if (Buffer.compare(found.subarray(0, length), expected) === 0) return -1
  const difference = expected.subarray(0, length).findIndex((byte, i) => byte !== found[i])
  return difference < 0 ? length : difference
}
