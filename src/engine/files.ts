import { canCross, nativeFiles } from './native/files.js'
import { NativeEngine } from './native/index.js'
import { portableFiles } from './node-files.js'
import { type EngineName, pickEngine } from './select.js'
import type { Piece, TensorFiles } from './tensor-files.js'

/** The files of an engine. */
export function tensorFiles(choice: EngineName | undefined): TensorFiles {
  const engine = pickEngine(choice, Infinity)
  const portable = portableFiles(engine)
  if (!(engine instanceof NativeEngine)) return portable
  const native = nativeFiles(engine)
  const filesOf = (pieces: readonly Piece[]) => (canCross(pieces) ? native : portable)
  return {
    write: (target, pieces, control) => filesOf(pieces).write(target, pieces, control),
    verify: (path, position, pieces, control) => filesOf(pieces).verify(path, position, pieces, control),
  }
}
