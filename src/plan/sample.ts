import { isWhole } from '../engine/whole.js'
import { Generator } from '../random/generator.js'
import type { Part } from './file.js'
import type { ResolvedPlannedTensor } from './tensor.js'

/** Elements of a tile that is looked at or not: 64 blocks of the word generator. */
const TILE = 1 << 18

/** Which parts of tensors a check looks at. */
export interface Sample {
  /** Share of each tensor's tiles, from above 0 to 1. */
  readonly share: number
  /** What decides which ones. */
  readonly seed: bigint
}

/**
 * A random share of a tensor's tiles, in order and at least one, so that a wrong seed, law or place of a tensor is seen
 * however small the share. A law that is made as one piece is one tile.
 */
export function sampled(tensor: ResolvedPlannedTensor, { share, seed }: Sample): Part[] {
  const { law, name, size } = tensor
  const step = isWhole(law) ? Math.max(1, size) : TILE
  const tiles = Math.ceil(size / step)
  const chosen = new Generator(seed, name)
    .permutation(tiles)
    .subarray(0, Math.ceil(tiles * share))
    .sort()
  return Array.from(chosen, (tile) => {
    const first = tile * step
    return { tensor, first, elements: Math.min(step, size - first) }
  })
}
