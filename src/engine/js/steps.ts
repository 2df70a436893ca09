/** A piece of work in steps; each yields how much is done. */
export type Steps<T> = Generator<number, T>

/** Does all of a piece of work at once, without its breaks. */
export function finished<T>(steps: Generator<number, T>): T {
  let step = steps.next()
  while (!step.done) step = steps.next()
  return step.value
}
