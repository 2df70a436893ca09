import type { Control } from '../../async/watch.js'
import type { StreamKey } from '../../math/stream.js'
import { runInSlices } from '../../async/slices.js'
import { finished } from '../../async/steps.js'
import type { Engine, Fill } from '../engine.js'
import type { FillJob, View } from '../law.js'
import type { RowsSpec, Trainer, TrainerData, TrainerRows, TrainerSpec } from '../trainer.js'
import { isWhole } from '../whole.js'
import { fillElements } from './fill.js'
import { permute } from './integers.js'
import { jsMeasures } from './measures.js'
import { wholeSteps } from './whole.js'
import { jsRows, jsTrainer } from './train/index.js'

/** Elements between two looks at the clock: well under a millisecond for the slowest law. */
const STEP = 1 << 13

/** The work of a fill in steps; each yields the number of elements done. */
function* fillSteps(job: FillJob, out: View): Generator<number, void> {
  if (isWhole(job.law)) return yield* wholeSteps(job, out)
  for (let start = 0; start < out.length; start += STEP) {
    const end = Math.min(start + STEP, out.length)
    fillElements({ ...job, offset: job.offset + start }, out.subarray(start, end))
    yield end
  }
}

/** The TypeScript engine: no Node, no addon, one thread, the same bits. */
export const jsEngine: Engine = {
  name: 'js',
  kernel: 'js',
  kernels: ['js'],
  threads: 1,

  fill(job: FillJob, out: View): void {
    if (!isWhole(job.law)) return fillElements(job, out)
    finished(wholeSteps(job, out))
  },

  fillMany(fills: readonly Fill[]): void {
    for (const { job, out } of fills) jsEngine.fill(job, out)
  },

  fillAsync(job: FillJob, out: View, control: Control): Promise<void> {
    return runInSlices(fillSteps(job, out), control.signal, control.onStep)
  },

  permute(stream: StreamKey, first: number, out: Uint32Array): void {
    permute(out, stream, first)
  },

  measures: jsMeasures,

  trainer(spec: TrainerSpec): Trainer {
    return jsTrainer(spec)
  },

  rows(spec: RowsSpec, data: TrainerData): TrainerRows {
    return jsRows(spec, data)
  },
}
