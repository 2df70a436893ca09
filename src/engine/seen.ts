import type { FillJob, View } from './law.js'

/** Elements of a range that is made in parts: each is made, looked at, and dropped. */
const PART = 1 << 16

/**
 * Makes the values that fills will compute and drops them: some parameters give what no element type can hold, and then
 * no array may have changed.
 */
export function* seenSteps(
  fills: readonly { readonly job: FillJob; readonly out: View }[],
): Generator<number, void> {
  for (const { job, out } of fills) {
    const { law, offset } = job
    if (law.kind !== 'values') continue
    const part = law.whole ? Math.max(1, out.length) : PART
    for (let start = 0; start < out.length; start += part)
      yield* law.make(offset + start, Math.min(part, out.length - start))
  }
}
