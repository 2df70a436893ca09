import type { Piece } from '../engine/tensor-files.js'
import { packageVersion } from '../version.js'
import { jobOf } from './job.js'
import { readMetadata } from './safetensors/metadata.js'
import type { Plan } from './plan.js'
import { encodeMetadata, type Head, headOf, placed } from './safetensors/header.js'
import { recordText } from './record.js'
import type { ResolvedPlannedTensor } from './tensor.js'

/** Names in a file's metadata that are this package's. */
const RESERVED = ['format', 'plan', 'seed', 'version']

/** A file of tensors of a plan, as bytes and laws. */
export interface TensorFile {
  readonly head: Head
  readonly tensors: readonly ResolvedPlannedTensor[]
  /** Size of the file. */
  readonly bytes: number
}

/**
 * What a file says of itself: the plan, so that it can be derived again, and nothing about the machine or the part of
 * the plan that the file holds.
 *
 * @param extra - the caller's own entries
 * @throws `ERR_INVALID_ARGUMENT` for an entry that is no string or has a reserved name
 */
export function metadataOf(plan: Plan, extra: unknown): Uint8Array {
  const own = readMetadata(extra, RESERVED)
  const [seed, record] = [String(plan.seed), recordText(plan)]
  return encodeMetadata({ format: 'pt', version: packageVersion, seed, plan: record, ...own })
}

/** Lays some of a plan's tensors out as a file. */
export function fileOf(tensors: readonly ResolvedPlannedTensor[], metadata: Uint8Array): TensorFile {
  const entries = placed(tensors)
  const head = headOf(entries, metadata)
  return { head, tensors, bytes: head.length + (entries.at(-1)?.end ?? 0) }
}

/** Elements `first .. first + elements` of a tensor. */
export interface Part {
  readonly tensor: ResolvedPlannedTensor
  readonly first: number
  readonly elements: number
}

/** The whole of a tensor. */
export function wholeOf(tensor: ResolvedPlannedTensor): Part {
  return { tensor, first: 0, elements: tensor.size }
}

/** Parts as what an engine writes and compares. */
export function piecesOf(parts: readonly Part[], threads: number | undefined): Piece[] {
  return parts.map(({ tensor, first, elements }) => ({
    job: { ...jobOf(tensor, threads), offset: first },
    dtype: tensor.dtype,
    elements,
  }))
}
