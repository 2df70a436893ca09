import type { StreamKey } from './stream.js'
import { BLOCK, lane, LANES, seedLane } from './philox.js'

/** Makes words `first` to `end` of a block, word i going to `out[base + i]`. */
export type BlockFill = (block: number, first: number, end: number, base: number) => void

/**
 * Cuts elements `offset` to `offset + length` of a stream into ranges of blocks; `base` is such that element i of the
 * block belongs at `base + i` of the output.
 */
export function eachBlock(offset: number, length: number, fill: BlockFill): void {
  const end = offset + length
  for (let block = Math.floor(offset / BLOCK); block * BLOCK < end; block++) {
    const start = block * BLOCK
    fill(block, Math.max(offset - start, 0), Math.min(end - start, BLOCK), start - offset)
  }
}

/**
 * Fills `out` with words of the stream from word `offset` on: output `i div 16` of lane `i mod 16` of a block's
 * xoshiro128++ generators (Blackman and Vigna 2021, "Scrambled linear pseudorandom number generators").
 */
export function fillWords(out: Uint32Array, stream: StreamKey, offset: number): void {
  eachBlock(offset, out.length, (block, first, end, base) => blockWords(out, stream, block, first, end, base))
}

function blockWords(
  out: Uint32Array,
  stream: StreamKey,
  block: number,
  first: number,
  end: number,
  base: number,
): void {
  for (let l = 0; l < LANES && l < end; l++) {
    seedLane(stream, block, l)
    let a = lane[0] as number
    let b = lane[1] as number
    let c = lane[2] as number
    let d = lane[3] as number
    for (let i = l; i < end; i += LANES) {
      const s = (a + d) | 0
      const word = (((s << 7) | (s >>> 25)) + a) | 0
      const t = b << 9
      c ^= a
      d ^= b
      b ^= c
      a ^= d
      c ^= t
      d = (d << 11) | (d >>> 21)
      if (i >= first) out[base + i] = word
    }
  }
}
