import { arrayKind } from '../realm.js'
import { rangeError, wrongType } from '../errors.js'
import { integer } from '../validate.js'

/** What is used of apache-arrow. */
export interface Arrow<Vector> {
  readonly Float32: new () => object
  readonly Field: new (name: string, type: never, nullable: boolean) => object
  readonly FixedSizeList: new (length: number, child: never) => object
  makeData(props: never): object
  makeVector(data: never): Vector
}

/**
 * An Arrow vector of `FixedSizeList<Float32>`: one list of `width` values for each row of a matrix, as vector databases
 * take embeddings. There is no copy: the array is the vector's memory.
 *
 * @param arrow - the user's own apache-arrow
 * @param array - the matrix in C order; its length is a multiple of `width`
 * @param width - values of a row, >= 1
 * @throws `ERR_LENGTH_MISMATCH`, `ERR_INVALID_ARGUMENT`
 */
export function toArrow<Vector>(arrow: Arrow<Vector>, array: Float32Array, width: number): Vector {
  if (arrayKind(array) !== 'Float32Array') {
    throw wrongType('array', 'a Float32Array', array)
  }
  const size = integer(width, 'width', 1, 2 ** 31 - 1)
  if (array.length % size !== 0) {
    throw rangeError(
      'ERR_LENGTH_MISMATCH',
      `array must hold whole rows of ${size} values, it has ${array.length}`,
    )
  }
  const child = { type: checkArrow(arrow), length: array.length, nullCount: 0, data: array }
  const field = new arrow.Field('item', child.type as never, false)
  const list = {
    type: new arrow.FixedSizeList(size, field as never),
    length: array.length / size,
    nullCount: 0,
    child: arrow.makeData(child as never),
  }
  return arrow.makeVector(arrow.makeData(list as never) as never)
}

/** The values' type, made with the user's library. */
function checkArrow(arrow: Partial<Arrow<unknown>> | undefined): object {
  if (typeof arrow?.Float32 === 'function' && typeof arrow.makeVector === 'function')
    return new arrow.Float32()
  throw wrongType('arrow', 'the exports of apache-arrow', arrow)
}

/** What is used of a vector of lists: its chunks. */
export interface ArrowLists {
  readonly data: readonly {
    readonly type: unknown
    readonly length: number
    readonly nullCount: number
    readonly children: readonly { readonly nullCount: number; readonly values: unknown }[]
  }[]
}

/** Rows of an Arrow vector that lie in one piece of memory. */
export interface ArrowRows {
  /** Number of the first row in the vector. */
  readonly row: number
  /** Values of a row. */
  readonly width: number
  /** The rows in C order, as a view of the vector's memory. */
  readonly values: Float32Array
}

/**
 * The rows of a `FixedSizeList<Float32>` vector without a copy, chunk by chunk.
 *
 * @throws `ERR_INVALID_ARGUMENT` for a vector of anything else, or with nulls
 */
export function fromArrow(vector: ArrowLists): ArrowRows[] {
  const { data } = (vector ?? {}) as Partial<ArrowLists>
  if (!Array.isArray(data)) throw notLists(vector)
  let row = 0
  return (data as ArrowLists['data']).map((chunk) => {
    const width = (chunk?.type as { listSize?: unknown } | undefined)?.listSize
    const [child] = chunk?.children ?? []
    const values = child?.values as Float32Array
    // Arrow slices the values of a list together with the list: they begin with its first row.
    if (typeof width !== 'number' || arrayKind(values) !== 'Float32Array') throw notLists(vector)
    if (chunk.nullCount || child?.nullCount) {
      throw rangeError('ERR_INVALID_ARGUMENT', 'vector must have no nulls, for a null has no values to give')
    }
    const rows = { row, width, values: values.subarray(0, chunk.length * width) }
    row += chunk.length
    return rows
  })
}

function notLists(vector: unknown): Error {
  return wrongType('vector', 'an Arrow FixedSizeList<Float32>', vector)
}
