import { present } from '../../validate.js'
import type { Control } from '../../async/watch.js'
import type { LongTail, SampleJob } from '../engine.js'
import type { Addon } from './addon.js'
import { translated } from './errors.js'
import { placeRow } from './place.js'
import { watched } from './watch.js'

/** Values of one asynchronous call: 4 MiB, so that copying them out never holds the event loop for long. */
const SLAB = 1 << 20

/** The long tail by `rand_distr`, on at most `threads` threads. */
export function nativeLongTail(addon: Addon, threads: number): LongTail {
  const rowOf = (job: SampleJob, start = 0): Float64Array =>
    placeRow(job.stream, job.position, job.offset + start, job.threads ?? threads)
  return {
    width: (distribution, parameters) => translated(() => addon.sampleWidth(distribution, parameters)),
    fill(job: SampleJob, out: Float32Array): void {
      translated(() => addon.fillSample(out, job.distribution, job.parameters, rowOf(job)))
    },
    async fillAsync(job: SampleJob, out: Float32Array, control: Control): Promise<void> {
      for (let start = 0; start < out.length; start += SLAB) {
        const part = out.subarray(start, start + SLAB)
        const step = control.onStep && ((done: number) => control.onStep?.(start + done))
        const made = await watched(addon, { signal: control.signal, onStep: step }, (token) =>
          addon.makeSample(part.length, job.distribution, job.parameters, rowOf(job, start), token),
        )
        present(part, 'out', made.length).set(made)
      }
    },
  }
}
