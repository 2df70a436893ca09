import type { Piece } from '../engine/tensor-files.js'
import { packageVersion } from '../version.js'
import { jobOf } from './job.js'
import { readMetadata } from './safetensors/metadata.js'
import type { Plan } from './plan.js'
import { encodeHeader, placed } from './safetensors/header.js'
import type { ResolvedPlannedTensor } from './tensor.js'

/** Names in a file's metadata that are this package's. */
const RESERVED = ['format', 'plan', 'seed', 'version']

/** A file of tensors of a plan, as bytes and laws. */
export interface TensorFile {
  /** Header of the file. */
  readonly head: Uint8Array
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
export function metadataOf(plan: Plan, extra: unknown): Record<string, string> {
  const own = readMetadata(extra, RESERVED)
  return {
    format: 'pt',
    version: packageVersion,
    seed: String(plan.seed),
    plan: JSON.stringify(plan),
    ...own,
  }
}

/** Lays some of a plan's tensors out as a file. */
export function fileOf(
  tensors: readonly ResolvedPlannedTensor[],
  metadata: Readonly<Record<string, string>>,
): TensorFile {
  const entries = placed(tensors)
  const head = encodeHeader(entries, metadata)
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
