import type { Control } from '../../async/watch.js'
import { runInSlices } from '../../async/slices.js'
import type { FileTarget, Piece, TensorFiles } from '../tensor-files.js'
import type { NativeEngine } from './index.js'
import { packed, type Packed } from './pieces.js'
import { watched } from './watch.js'

/** Literal values that cross with a file's pieces, at most: 8 MiB. */
const LITERALS = 1 << 20

/** Whether the pieces of a file can cross at once: literal values are the only part of a file that takes memory. */
export function canCross(pieces: readonly Piece[]): boolean {
  const literals = pieces.reduce(
    (sum, { job, elements }) => sum + (job.law.kind === 'values' ? elements : 0),
    0,
  )
  return literals <= LITERALS
}

/** Files written and compared by the addon, on threads of its own. */
export function nativeFiles({ addon, threads }: NativeEngine): TensorFiles {
  return {
    async write(
      { path, temporary, head }: FileTarget,
      pieces: readonly Piece[],
      control: Control,
    ): Promise<void> {
      const { records, rows, literals, bound } = await made(pieces, threads, control)
      await watched(addon, control, (token) =>
        addon.writeTensors(path, temporary, head, records, rows, literals, bound, token),
      )
    },
    async verify(
      path: string,
      position: number,
      pieces: readonly Piece[],
      control: Control,
    ): Promise<Float64Array> {
      const { records, rows, literals, bound } = await made(pieces, threads, control)
      return watched(addon, control, (token) =>
        addon.verifyTensors(path, position, records, rows, literals, bound, token),
      )
    },
  }
}

/** The pieces as they cross, their literal values made. */
async function made(pieces: readonly Piece[], threads: number, { signal }: Control): Promise<Packed> {
  const values: (Float64Array | undefined)[] = []
  for (const [i, { job, elements }] of pieces.entries()) {
    const { law, offset } = job
    if (law.kind === 'values') values[i] = await runInSlices(law.make(offset, elements), signal)
  }
  return packed(pieces, values, threads)
}
