import type { FileTarget, Piece, TensorFiles } from '../tensor-files.js'
import type { Control } from '../engine.js'
import type { NativeEngine } from './index.js'
import { packed } from './pieces.js'
import { watched } from './watch.js'

/** Files written and compared by the addon, on threads of its own. */
export function nativeFiles(engine: NativeEngine): TensorFiles {
  const { addon, threads } = engine
  return {
    async write(
      { path, temporary, head }: FileTarget,
      pieces: readonly Piece[],
      control: Control,
    ): Promise<void> {
      const { records, rows, literals, bound } = packed(pieces, threads)
      await watched(addon, control, (token) =>
        addon.writeTensors(path, temporary, head, records, rows, literals, bound, token),
      )
    },
    verify(
      path: string,
      position: number,
      pieces: readonly Piece[],
      control: Control,
    ): Promise<Float64Array> {
      const { records, rows, literals, bound } = packed(pieces, threads)
      return watched(addon, control, (token) =>
        addon.verifyTensors(path, position, records, rows, literals, bound, token),
      )
    },
  }
}
