import { wrongType, wrongValue } from '../errors.js'
import { integer, readOptions } from '../validate.js'
import type { PlannedTensor } from './tensor.js'

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['tb', 1e12],
  ['kib', 2 ** 10],
  ['mib', 2 ** 20],
  ['gib', 2 ** 30],
  ['tib', 2 ** 40],
])

/**
 * A number of bytes, as a number or as text: '5GB' is 5 * 10^9, '5GiB' 5 * 2^30.
 *
 * @throws `ERR_INVALID_ARGUMENT`
 */
export function bytesOf(value: unknown, argument: string): number {
  if (typeof value === 'number') return integer(value, argument, 1)
  const allowed = "a whole number of bytes or a string such as '5GB'"
  if (typeof value !== 'string') throw wrongType(argument, allowed, value)
  const [, digits = '', unit = ''] = /^(\d{1,15}(?:\.\d{1,6})?)\s*([a-z]*)$/i.exec(value.trim()) ?? []
  const bytes = Math.floor(Number(digits) * (UNITS.get(unit.toLowerCase()) ?? NaN))
  if (digits === '' || !Number.isSafeInteger(bytes) || bytes < 1) throw wrongValue(argument, allowed, value)
  return bytes
}

/** Which files of a sharded checkpoint a process writes: those whose number modulo `count` is `index`. */
export interface ShardShare {
  /** From 0. */
  index: number
  /** Number of processes. */
  count: number
}

/** Checks the `shard` option. */
export function shareOf(value: unknown): ShardShare {
  const { index, count } = readOptions(value, ['index', 'count'], 'shard')
  const total = integer(count, 'shard.count', 1)
  return { index: integer(index, 'shard.index', 0, total - 1), count: total }
}

/**
 * Deals tensors into files of at most `limit` bytes of values, in order, as the hub's tools do: a tensor that is larger
 * than that gets a file of its own, before the one that is being filled.
 */
export function split<T extends PlannedTensor>(tensors: readonly T[], limit: number): T[][] {
  const shards: T[][] = []
  let open: T[] = []
  let bytes = 0
  for (const tensor of tensors) {
    if (tensor.byteLength > limit) {
      shards.push([tensor])
      continue
    }
    if (bytes + tensor.byteLength > limit) {
      shards.push(open)
      open = []
      bytes = 0
    }
    open.push(tensor)
    bytes += tensor.byteLength
  }
  if (open.length > 0 || shards.length === 0) shards.push(open)
  return shards
}

const EXTENSION = '.safetensors'

/** Path of file `index` (from 0) of `count`: '<stem>-00001-of-00003.safetensors', the plain path where it is the only one. */
export function shardPath(path: string, index: number, count: number): string {
  if (count === 1) return path
  const five = (n: number): string => String(n).padStart(5, '0')
  return `${stemOf(path)}-${five(index + 1)}-of-${five(count)}${EXTENSION}`
}

/** Path of the index of a sharded checkpoint. */
export function indexPath(path: string): string {
  return `${stemOf(path)}${EXTENSION}.index.json`
}

/** Whether a path is that of one file of several. */
export function isShardPath(path: string): boolean {
  return /-\d{5,}-of-\d{5,}\.safetensors$/.test(path)
}

function stemOf(path: string): string {
  return path.endsWith(EXTENSION) ? path.slice(0, -EXTENSION.length) : path
}

/** The index as the hub's tools write it: total size, and the file of each tensor. */
export function encodeIndex(shards: readonly (readonly PlannedTensor[])[], files: readonly string[]): string {
  const pairs = shards.flatMap((tensors, i) => tensors.map(({ name }) => [name, files[i] as string] as const))
  pairs.sort(([a], [b]) => (a < b ? -1 : 1))
  const total = shards.flat().reduce((sum, { byteLength }) => sum + byteLength, 0)
  const index = { metadata: { total_size: total }, weight_map: Object.fromEntries(pairs) }
  return `${JSON.stringify(index, undefined, 2)}\n`
}
