import type { Control } from '../async/watch.js'
import type { Dtype, FillJob } from './law.js'

/** A run of elements of one law, as it lies in a file: a tensor or a part of one. */
export interface Piece {
  readonly job: FillJob
  readonly dtype: Dtype
  readonly elements: number
}

/** A file to be written: it takes its name when it is complete, and replaces what was there. */
export interface FileTarget {
  readonly path: string
  /** Its name until then, in the same folder; must not exist yet. */
  readonly temporary: string
  /** What comes before the first piece. */
  readonly head: Uint8Array
}

/**
 * Moves pieces between laws and files in bounded memory; bytes done are counted in `control.onStep`.
 *
 * Failures of the operating system are `ERR_IO`, and leave nothing behind.
 */
export interface TensorFiles {
  /** Writes the head and then the pieces, one after another. */
  write(target: FileTarget, pieces: readonly Piece[], control: Control): Promise<void>
  /**
   * Makes the pieces again and compares them with the file's bytes from `position` on: for each piece the first byte
   * that differs or is missing, or -1.
   */
  verify(path: string, position: number, pieces: readonly Piece[], control: Control): Promise<Float64Array>
}
