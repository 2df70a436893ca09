import { readFile } from 'node:fs/promises'
import test from 'ava'
import { plan } from 'symbreak'

/** A tensor as a framework filled it; data/moments/make.py says how. */
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
}

const file = new URL('data/moments/moments.json', import.meta.url)
const { models } = JSON.parse(await readFile(file, 'utf8')) as { models: Record<string, Tensor[]> }

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

for (const [preset, tensors] of Object.entries(models)) {
  test(`${preset}: every tensor has the moments that the framework gives it`, (t) => {
    const outline = tensors.map(({ name, shape, kind }) => ({ name, shape, kind }))
    const made = plan({ seed: 11, preset, tensors: outline }).create()
    for (const tensor of tensors) {
      const found = momentsOf(made.get(tensor.name) as Float32Array)
      const n = tensor.shape.reduce((a, b) => a * b, 1)
      const told = `${tensor.name} (${tensor.kind}): ${JSON.stringify(found)}, not ${JSON.stringify(tensor)}`
      if (tensor.kurtosis === undefined) {
        t.deepEqual([found.min, found.max], [tensor.min, tensor.max], told)
        continue
      }
      const near = (a: number, b: number, error: number) =>
        t.true(Math.abs(a - b) <= ERRORS * error * Math.SQRT2 + 1e-9, told)
      near(found.mean, tensor.mean, tensor.stddev / Math.sqrt(n))
      near(found.stddev / tensor.stddev, 1, 1 / Math.sqrt(2 * n))
      near(found.kurtosis as number, tensor.kurtosis, Math.sqrt(24 / n))
    }
  })
}
