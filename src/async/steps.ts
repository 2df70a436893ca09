/** A piece of work in steps; each yields how much is done. */
export type Steps<T> = Generator<number, T>

/** Does all of a piece of work at once, without its breaks. */
export function finished<T>(steps: Generator<number, T>): T {
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}

/** Rows of `length` numbers between two breaks: well under a slice. */
export function rowsAStep(length: number): number {
  return Math.max(1, Math.floor((1 << 18) / Math.max(1, length)))
}
