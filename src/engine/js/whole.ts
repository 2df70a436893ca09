import { plainError, rangeError } from '../../errors.js'
import { writeRounded } from '../../math/half.js'
import { fillWords } from '../../math/words.js'
import type { ConvOrthogonalLaw, FillJob, OrthogonalLaw, SparseLaw, View } from '../law.js'
import { convOrthogonalSteps } from './conv-orthogonal.js'
import { fillElements } from './fill.js'
import { orthogonalSteps, zeroSteps } from './orthogonal.js'
import { placeSteps } from './place.js'
import { sparseZeros } from './sparse.js'
import { copyValues, floatView } from './values.js'

/** Elements between two steps. */
const STEP = 1 << 14

/**
 * The work of a law that is made as one piece, in steps; each yields the number of elements done.
 *
 * @throws `ERR_OUT_OF_MEMORY`: such a law may need more than there is, however small the range
 */
export function* wholeSteps(job: FillJob, out: View): Generator<number, void> {
  try {
    yield* steps(job, out)
  } catch (error) {
    if (!(error instanceof RangeError) || 'code' in error) throw error
    throw plainError('ERR_OUT_OF_MEMORY', 'there is no memory for a law that is made as one piece', {
      cause: error,
    })
  }
}

function* steps(job: FillJob, out: View): Generator<number, void> {
  const view = floatView(out)
  const { law } = job
  if (law.kind === 'values') {
    const values = yield* law.make(job.offset, view.length)
    for (let start = 0; start < view.length; start += STEP) {
      const end = start + STEP
      copyValues(values.subarray(start, end), view.subarray(start, end), job.half)
      yield end
    }
    return
  }
  if (law.kind === 'sparse') return yield* sparseSteps(law, job, view)
  if (view instanceof Float64Array) {
    throw rangeError('ERR_INVALID_ARGUMENT', 'the law has no form in this element type')
  }
  const values = view instanceof Float32Array ? view : new Float32Array(view.length)
  if (law.kind === 'orthogonal') yield* placedMatrices(law, job, values)
  if (law.kind === 'convOrthogonal') yield* placedKernel(law, job, values)
  for (let start = 0; view !== values && start < view.length; start += STEP) {
    writeRounded(values.subarray(start, start + STEP), view.subarray(start, start + STEP), job.half)
    yield view.length
  }
}

/** Makes the matrices that reach into the range and puts them in their places. */
function* placedMatrices(law: OrthogonalLaw, job: FillJob, range: Float32Array): Generator<number, void> {
  const { rows, columns, batch, base, batchStride, rowStride, columnStride } = law
  const size = rows * columns
  const matrix = new Float32Array(size)
  yield* zeroSteps(range)
  if (size === 0) return
  const reach = (rows - 1) * rowStride + (columns - 1) * columnStride
  let done = 0
  for (let b = 0; b < batch; b++) {
    const first = base + b * batchStride
    if (first + reach < job.offset || first >= job.offset + range.length) continue
    for (const step of orthogonalSteps(law, job.stream, b, matrix)) yield done + step
    done += size
    const place = { base: first, row: rowStride, column: columnStride }
    for (const _ of placeSteps(matrix, columns, place, job.offset, range)) yield done
  }
}

/** Makes an orthogonal convolution kernel and puts its taps in their places. */
function* placedKernel(law: ConvOrthogonalLaw, job: FillJob, range: Float32Array): Generator<number, void> {
  const { kernel, inChannels, outChannels, gain, tapStride, inStride, outStride } = law
  const size = inChannels * outChannels
  const made = new Float32Array(kernel[0] * kernel[1] * kernel[2] * size)
  for (const _ of convOrthogonalSteps(
    { kernel, inputs: inChannels, outputs: outChannels, gain },
    job.stream,
    made,
  ))
    yield 0
  for (let tap = 0; tap * size < made.length; tap++) {
    const matrix = made.subarray(tap * size, (tap + 1) * size)
    const place = { base: tap * tapStride, row: inStride, column: outStride }
    yield* placeSteps(matrix, outChannels, place, job.offset, range)
  }
  yield range.length
}

/** Normals with zeros in every line. */
function* sparseSteps(
  law: SparseLaw,
  job: FillJob,
  out: Float32Array | Float64Array | Uint16Array,
): Generator<number, void> {
  const normal = { kind: 'normal', mean: 0, stddev: law.stddev } as const
  const zeroed = yield* sparseZeros(law, job.stream, fillWords)
  for (let start = 0; start < out.length; start += STEP) {
    const part = out.subarray(start, start + STEP)
    const offset = job.offset + start
    fillElements({ ...job, offset, law: normal }, part)
    for (let i = 0; i < part.length; i++) if (zeroed[offset + i] === 1) part[i] = 0
    yield start
  }
}
