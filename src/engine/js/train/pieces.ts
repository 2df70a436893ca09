/** Multiply-adds between two pauses: a few milliseconds. */
const PIECE = 2 ** 20

/** Rows of a product that are made between two pauses, of so many multiply-adds each: pairs, which are made together. */
export function rowsAtOnce(each: number): number {
  return 2 * Math.max(1, Math.floor(PIECE / (2 * each)))
}
