/** Where a row-major matrix lies in a tensor: entry (i, j) is element `base + i * row + j * column`. */
export interface Place {
  readonly base: number
  readonly row: number
  readonly column: number
}

/** Copies a matrix to its place within the range of the tensor that starts at `offset`; yields 0 after each row. */
export function* placeSteps(
  matrix: Float32Array,
  columns: number,
  place: Place,
  offset: number,
  range: Float32Array,
): Generator<number, void> {
  const rows = columns === 0 ? 0 : matrix.length / columns
  for (let i = 0; i < rows; i++) {
    const first = place.base + i * place.row - offset
    for (let j = 0; j < columns; j++) {
      const at = first + j * place.column
      if (at >= 0 && at < range.length) range[at] = matrix[i * columns + j] as number
    }
    yield 0
  }
}
