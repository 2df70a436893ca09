import type { Window } from '../engine/trainer.js'
import type { Rows } from './rows.js'

/** Rows that are trained on at a time: a part of an epoch, or all of it. */
export interface FeedPart {
  readonly rows: Rows
  readonly window: Window
  /** Batches of the epoch before this part, and up to its end. */
  readonly start: number
  readonly end: number
}

/** Where the rows of a run come from. */
export interface Feed {
  /** The rows, where all are in memory. */
  readonly rows: Rows | undefined
  /** Weights of a source's classes; those of rows in memory are the rows' own. */
  readonly classWeight?: unknown
  /** Most rows of a part. */
  readonly size: number
  /** Batches of an epoch; 0 where that is not known before an epoch is over. */
  readonly stepsPerEpoch: number
  /** The parts of an epoch in order, from the one that holds batch `step` on; none is read once `signal` is aborted. */
  parts(
    epoch: number,
    step: number,
    signal: AbortSignal | undefined,
  ): AsyncIterable<FeedPart> | Iterable<FeedPart>
}

const WHOLE: Window = { number: 0, first: 0 }

/** Rows that are in memory. */
export function feedRows(rows: Rows, batchSize: number): Feed {
  const end = Math.ceil(rows.count / batchSize)
  return { rows, size: rows.count, stepsPerEpoch: end, parts: () => [{ rows, window: WHOLE, start: 0, end }] }
}
