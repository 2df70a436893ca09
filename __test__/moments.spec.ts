import { readFile } from 'node:fs/promises'
import test from 'ava'
import { plan } from 'symbreak'

/** A tensor as a framework filled it; make.py and variants.py of data/moments say how. */
interface Tensor {
  name: string
  shape: number[]
  kind?: string
  mean: number
  stddev: number
  min: number
  max: number
  /** Absent where all values are equal. */
  kurtosis?: number
  /** Whether the columns, or the rows of a wide one, are orthonormal. */
  orthogonal?: boolean
  zero_rows?: number[]
  values?: number[]
}

/** Lists of tensors by preset, or by preset and what they are of. */
async function modelsOf(name: string): Promise<[string, Tensor[]][]> {
  const file = new URL(`data/moments/${name}.json`, import.meta.url)
  const { models } = JSON.parse(await readFile(file, 'utf8')) as { models: Record<string, Tensor[]> }
  return Object.entries(models)
}

function momentsOf(values: Float32Array): Omit<Tensor, 'name' | 'shape'> {
  const n = values.length
  let [mean, squares, fourths, min, max] = [0, 0, 0, Infinity, -Infinity]
  for (const x of values) mean += x / n
  for (const x of values) {
    const square = (x - mean) * (x - mean)
    squares += square
    fourths += square * square
    if (x < min) min = x
    if (x > max) max = x
  }
  const stddev = Math.sqrt(squares / n)
  return { mean, stddev, min, max, ...(stddev > 0 && { kurtosis: fourths / n / stddev ** 4 }) }
}

/** Standard errors that two samples' moments may lie apart: one in a billion comparisons fails by chance. */
const ERRORS = 6

/** Largest difference of a matrix's smaller Gram matrix from the identity. */
function skew(values: Float32Array, columns: number): number {
  const rows = values.length / columns
  const [size, length, at] =
    rows < columns
      ? [rows, columns, (i: number, k: number) => values[i * columns + k] as number]
      : [columns, rows, (i: number, k: number) => values[k * columns + i] as number]
  let worst = 0
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0
      for (let k = 0; k < length; k++) sum += at(i, k) * at(j, k)
      worst = Math.max(worst, Math.abs(sum - Number(i === j)))
    }
  }
  return worst
}

function zeroRows(values: Float32Array, columns: number): number[] {
  const rows = Array.from({ length: values.length / columns }, (_, i) => i)
  return rows.filter((i) => values.subarray(i * columns, (i + 1) * columns).every((value) => value === 0))
}

for (const [title, tensors] of [...(await modelsOf('moments')), ...(await modelsOf('variants'))]) {
  const preset = title.split(' ')[0] as string
  test(`${title}: every tensor has the moments that the framework gives it`, (t) => {
    const outline = tensors.map(({ name, shape, kind }) => ({ name, shape, kind }))
    const made = plan({ seed: 11, preset, tensors: outline }).create()
    for (const tensor of tensors) {
      const values = made.get(tensor.name) as Float32Array
      const found = momentsOf(values)
      const columns = tensor.shape.at(-1) as number
      const n = tensor.shape.reduce((a, b) => a * b, 1)
      const told = `${tensor.name} (${tensor.kind}): ${JSON.stringify(found)}, not ${JSON.stringify(tensor)}`
      if (tensor.kurtosis === undefined) {
        t.deepEqual([found.min, found.max], [tensor.min, tensor.max], told)
        continue
      }
      if (tensor.values) t.deepEqual([...values], tensor.values, told)
      if (tensor.zero_rows) t.deepEqual(zeroRows(values, columns), tensor.zero_rows, told)
      if (tensor.orthogonal) t.true(skew(values, columns) < 1e-4, told)
      const near = (a: number, b: number, error: number) =>
        t.true(Math.abs(a - b) <= ERRORS * error * Math.SQRT2 + 1e-9, told)
      near(found.mean, tensor.mean, tensor.stddev / Math.sqrt(n))
      near(found.stddev / tensor.stddev, 1, 1 / Math.sqrt(2 * n))
      near(found.kurtosis as number, tensor.kurtosis, Math.sqrt(24 / n))
    }
  })
}
