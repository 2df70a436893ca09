import { allocate } from '../validate.js'
import type { Control } from '../async/watch.js'
import type { Engine } from './engine.js'
import { halfOf } from './law.js'
import type { Piece } from './tensor-files.js'
import { isWhole } from './whole.js'

/** Bytes of values in order. */
export interface Tile {
  readonly bytes: Uint8Array
  /** Number of the piece that they belong to, and where in its bytes they start. */
  readonly piece: number
  readonly first: number
}

/** Bytes made at a time. */
const TILE = 4 << 20

/**
 * Makes pieces tile by tile, each when it is asked for. A law that is made as one piece is one tile.
 *
 * @param before - bytes that are done already, for the control
 */
export async function* tiles(
  engine: Engine,
  pieces: readonly Piece[],
  before: number,
  { signal, onStep }: Control,
): AsyncGenerator<Tile, void, undefined> {
  let done = before
  for (const [index, { job, dtype, elements }] of pieces.entries()) {
    const size = ELEMENT[dtype].BYTES_PER_ELEMENT
    const step = isWhole(job.law) ? Math.max(1, elements) : TILE / size
    for (let start = 0; start < elements; start += step) {
      const length = Math.min(step, elements - start)
      const view = allocate(`${length} values`, () => new ELEMENT[dtype](length))
      await engine.fillAsync({ ...job, offset: job.offset + start, half: halfOf(dtype) }, view, { signal })
      yield { bytes: new Uint8Array(view.buffer), piece: index, first: start * size }
      // Whoever asks for the next one is through with this.
      done += view.byteLength
      onStep?.(done)
    }
  }
}

const ELEMENT = { F32: Float32Array, F64: Float64Array, F16: Uint16Array, BF16: Uint16Array } as const
