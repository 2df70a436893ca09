/** Random projections as the README tells them: a matrix that is made by ranges of rows and never held whole. */
import * as arrow from 'apache-arrow'
import test from 'ava'
import { fromArrow, normal, orthogonal, randomNormal, sparse, toArrow, type Initializer } from 'symbreak'

const from = 512
const to = 128

/**
 * Matrices [to, from] whose products keep lengths on average: entries of variance 1 / to. `sparse` leaves a tenth of each
 * column, with as much more variance; orthogonal rows are scaled up from length 1.
 */
const projections: Record<string, Initializer> = {
  Gaussian: randomNormal({ stddev: 1 / Math.sqrt(to), seed: 1 }),
  sparse: sparse({ sparsity: 0.9, std: 1 / Math.sqrt(Math.floor(to * 0.1)), seed: 1 }),
  orthogonal: orthogonal({ gain: Math.sqrt(from / to), seed: 1 }),
}

const dot = (a: Float32Array, b: Float32Array): number =>
  a.reduce((sum, value, i) => sum + value * (b[i] as number), 0)

/** Projects every row of a vector of lists, making `step` rows of the matrix at a time in one buffer. */
function project(
  init: Initializer,
  vector: arrow.Vector<arrow.FixedSizeList<arrow.Float32>>,
  step: number,
): Float32Array {
  const out = new Float32Array(vector.length * to)
  const pool = new Float32Array(step * from)
  for (let row = 0; row < to; row += step) {
    const rows = Math.min(step, to - row)
    const part = pool.subarray(0, rows * from)
    init.fill(part, [to, from], { path: 'projection', offset: row * from, length: part.length })
    for (const { row: first, values } of fromArrow(vector)) {
      for (let v = 0; v * from < values.length; v++) {
        const point = values.subarray(v * from, (v + 1) * from)
        for (let r = 0; r < rows; r++)
          out[(first + v) * to + row + r] = dot(part.subarray(r * from, (r + 1) * from), point)
      }
    }
  }
  return out
}

const distance = (values: Float32Array, width: number, a: number, b: number): number => {
  let sum = 0
  for (let i = 0; i < width; i++)
    sum += ((values[a * width + i] as number) - (values[b * width + i] as number)) ** 2
  return Math.sqrt(sum)
}

const count = 12
const points = normal(count * from, { seed: 9 })

for (const [name, init] of Object.entries(projections)) {
  test(`a ${name} projection keeps distances, whatever ranges it is made by`, (t) => {
    const vector = toArrow(arrow, points, from) as arrow.Vector<arrow.FixedSizeList<arrow.Float32>>
    const whole = project(init, vector, to)
    t.deepEqual(project(init, vector, 17), whole)
    t.deepEqual(project(init, vector.slice(0, 5).concat(vector.slice(5)), 50), whole)
    const ratios: number[] = []
    for (let a = 0; a < count; a++) {
      for (let b = 0; b < a; b++) ratios.push(distance(whole, to, a, b) / distance(points, from, a, b))
    }
    // Of 66 distances in 128 dimensions each is off by 1 / sqrt(2 * 128) = 6 % at one standard deviation.
    const mean = ratios.reduce((sum, ratio) => sum + ratio, 0) / ratios.length
    t.true(Math.abs(mean - 1) < 0.08, `mean ${mean}`)
    t.true(
      ratios.every((ratio) => ratio > 0.7 && ratio < 1.3),
      `${Math.min(...ratios)} .. ${Math.max(...ratios)}`,
    )
  })
}
