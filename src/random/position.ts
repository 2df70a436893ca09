import { rangeError, wrongType, wrongValue } from '../errors.js'

/** Words of a block; every draw starts on a fresh one. */
const BLOCK = 4096

/** Positions beyond this one can't be counted exactly. */
const MAX_POSITION = 2 ** 53

/** Where in its stream a generator is: the words that it has consumed. */
export class Position {
  #words = 0

  get words(): bigint {
    return BigInt(this.#words)
  }

  /** @throws `ERR_INVALID_ARGUMENT` */
  set words(value: bigint) {
    if (typeof value !== 'bigint') throw wrongType('position', 'a bigint', value)
    if (value < 0n || value > BigInt(MAX_POSITION)) throw wrongValue('position', 'from 0n to 2^53', value)
    this.#words = Number(value)
  }

  /** Moves behind `elements` elements from the next fresh block on; returns the first one's index. */
  take(elements: number, wordsPerElement: number): number {
    return this.takeWords(elements * wordsPerElement, elements) / wordsPerElement
  }

  /** Moves behind `words` words from the next fresh block on; returns the first one's number. */
  takeWords(words: number, elements: number): number {
    if (words === 0) return 0
    const start = Math.ceil(this.#words / BLOCK) * BLOCK
    const end = start + Math.ceil(words / BLOCK) * BLOCK
    if (end > MAX_POSITION)
      throw rangeError('ERR_INVALID_ARGUMENT', `position would exceed 2^53 by this draw of ${elements}`)
    this.#words = end
    return start
  }
}
