import type { RowsSpec } from '../engine/trainer.js'
import { plainError, show, typeError, wrongType } from '../errors.js'
import { readRecord } from '../validate.js'
import { readData, readExamples, weighted, type Examples, type Features, type Targets } from './data.js'
import type { Feed, FeedPart } from './feed.js'
import { Part } from './part.js'
import type { Rows } from './rows.js'

/** Rows with their targets, any number of them, and weights if wanted. */
export type RowBatch = Examples | { x: Features; y: Targets; sampleWeight?: Float32Array }

/** Batches one after the other; their size does not matter. */
export type RowBatches = AsyncIterable<RowBatch> | Iterable<RowBatch>

/**
 * Data that need not fit in memory: an iterable of batches that can be read once an epoch, or a function that opens one
 * for each epoch. A generator object can be read once: it is enough for a single epoch.
 */
export type RowSource = RowBatches | ((epoch: number) => RowBatches)

/** How a source is read. */
interface Reading {
  /** Rows held at a time: whole updates. */
  readonly size: number
  readonly batchSize: number
  readonly classWeight: unknown
}

/** Whether the first argument of `fit` is a source rather than features. */
export function isSource(value: unknown): value is RowSource {
  if (typeof value === 'function') return true
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return false
  return Symbol.asyncIterator in value || Symbol.iterator in value
}

/**
 * The rows of a source in parts of `size`, each read while the one before it is trained on. The parts do not depend on
 * how the source cuts its batches.
 */
export function feedSource(spec: RowsSpec, source: RowSource, reading: Reading): Feed {
  const { size, batchSize } = reading
  return {
    rows: undefined,
    classWeight: reading.classWeight,
    size,
    stepsPerEpoch: 0,
    async *parts(epoch, step, signal): AsyncGenerator<FeedPart> {
      let left = false
      const isLeft = () => left || signal?.aborted === true
      const leave = () => void (left = true)
      const perPart = size / batchSize
      const skipped = Math.floor(step / perPart)
      let number = 0
      for await (const rows of ahead(gathered(spec, open(source, epoch), reading, isLeft), leave)) {
        const start = number * perPart
        const end = start + Math.ceil(rows.count / batchSize)
        const window = { number, first: number * size }
        try {
          if (number++ >= skipped) yield { rows, window, start, end }
        } finally {
          rows.dispose()
        }
      }
      if (number > 0) return
      const again = 'a source must give rows in every epoch; to read it again pass a function that opens it'
      throw plainError('ERR_INVALID_ARGUMENT', `the source gave no rows in epoch ${epoch}: ${again}`)
    },
  }
}

function open(source: RowSource, epoch: number): RowBatches {
  const batches = typeof source === 'function' ? source(epoch) : source
  if (typeof batches !== 'function' && isSource(batches)) return batches
  throw typeError('ERR_INVALID_ARGUMENT', `the source must give an iterable of batches, got ${show(batches)}`)
}

/** Asks for each item before the one before it has been used up; `leave` tells the maker of one that nobody wants it. */
async function* ahead<T>(items: AsyncGenerator<T>, leave: () => void): AsyncGenerator<T> {
  let next = items.next()
  try {
    for (;;) {
      const item = await next
      if (item.done) return
      next = items.next()
      // Whoever waits for it hears of its failure; until then it is nobody's.
      next.catch(() => undefined)
      yield item.value
    }
  } finally {
    leave()
    await items.return(undefined)
  }
}

/** Rows gathered into parts of `size`, the last with what is left. Reads no further batch once `isLeft` says so. */
async function* gathered(
  spec: RowsSpec,
  batches: RowBatches,
  { size, classWeight }: Reading,
  isLeft: () => boolean,
): AsyncGenerator<Rows> {
  let part: Part | undefined
  let number = 0
  for await (const batch of batches) {
    if (isLeft()) return
    const rows = readBatch(spec, batch, `batch ${number++}`)
    const { sampleWeight } = batch as { sampleWeight?: unknown }
    const { data } = weighted(rows, { sampleWeight, classWeight })
    for (let from = 0; from < data.rows;) {
      part ??= new Part(spec, size, data)
      from += part.take(data, from)
      if (part.full) {
        yield part.rows()
        part = undefined
      }
    }
  }
  if (part !== undefined) yield part.rows()
}

function readBatch(spec: RowsSpec, batch: unknown, argument: string): Rows {
  if (Array.isArray(batch)) return readExamples(spec, batch, argument)
  if (ArrayBuffer.isView(batch))
    throw wrongType(argument, 'an object with x and y (fit takes arrays one by one: fit(x, y))', batch)
  const { x, y } = readRecord(batch, argument)
  return readData(spec, x, y, { x: `${argument}.x`, y: `${argument}.y` })
}
