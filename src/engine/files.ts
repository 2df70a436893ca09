import { nativeFiles } from './native/files.js'
import { NativeEngine } from './native/index.js'
import { portableFiles } from './node-files.js'
import { type EngineName, pickEngine } from './select.js'
import type { TensorFiles } from './tensor-files.js'

/** The files of an engine. */
export function tensorFiles(choice: EngineName | undefined): TensorFiles {
  const engine = pickEngine(choice, Infinity)
  return engine instanceof NativeEngine ? nativeFiles(engine) : portableFiles(engine)
}
