/**
 * The long tail of distributions, drawn by the `rand_distr` crate over our words.
 *
 * Outside the bit contract: the same seed gives the same values on one version of this package alone, computed in f64
 * and rounded to f32. Only the native engine has them.
 */
import type { Watch } from '../async/watch.js'
import type { LongTail, SampleJob } from '../engine/engine.js'
import type { StreamKey } from '../math/stream.js'
import { longTailOf } from '../engine/select.js'
import { runInSlices } from '../async/slices.js'
import { isOwnError, rangeError, wrongType } from '../errors.js'
import { arrayKind } from '../realm.js'
import { allocate, integer, present, readOptions } from '../validate.js'
import { readWork, WORK_OPTIONS } from './fill.js'
import { type Chosen, readChosen, shown } from './parameters.js'

/** Words set aside for a value, and draws that share theirs: as crates/init/src/long_tail.rs has them. */
const WORDS_PER_VALUE = 64
const DRAWS = 1024

/** Values copied at a time. */
const PART = 1 << 20

/** The stream, the word that its draws start at, and the first value of a range within them. */
type Place = [stream: StreamKey, position: number, offset: number]

/** A sample's arguments, checked. */
export interface SampleDraw {
  readonly out: Float32Array
  /** Words of the stream that the draws use up. */
  readonly words: number
  readonly options: Record<string, unknown>
  run(...place: Place): void
  runLater(...placeAndWatch: [...Place, Watch]): Promise<void>
}

/** Checks a sample's arguments; the options named in `more` are the caller's. */
export function sampleDraw(
  distribution: unknown,
  out: unknown,
  params: unknown,
  given: unknown,
  more: readonly string[],
): SampleDraw {
  const chosen = readChosen(distribution, params)
  const options = readOptions(given, [...WORK_OPTIONS, ...more])
  const { engine, threads } = readWork(options)
  const shared = arrayKind(out) === 'Float32Array' ? (out as Float32Array) : undefined
  const longTail = longTailOf(engine, shared)
  const width = widthOf(longTail, chosen)
  const view = outputOf(out, width, chosen.name)
  const fill = new SampleFill(chosen, longTail, view, view === out, threads)
  return {
    out: view,
    words: Math.ceil(view.length / (DRAWS * width)) * DRAWS * width * WORDS_PER_VALUE,
    options,
    run: (...place) => fill.now(...place),
    runLater: (...place) => fill.later(...place),
  }
}

/** The filling of an array with draws. */
class SampleFill {
  constructor(
    private readonly chosen: Chosen,
    private readonly longTail: LongTail,
    private readonly view: Float32Array,
    /** Whether the array is the caller's. */
    private readonly given: boolean,
    private readonly threads: number | undefined,
  ) {}

  now(...place: Place): void {
    const made = this.draft()
    try {
      this.longTail.fill(this.job(...place), made)
    } catch (error) {
      throw refusalOf(this.chosen, error)
    }
    if (this.given) this.view.set(made)
  }

  async later(stream: StreamKey, position: number, offset: number, watched: Watch): Promise<void> {
    const made = this.draft()
    try {
      await this.longTail.fillAsync(this.job(stream, position, offset), made, watched.control)
    } catch (error) {
      throw refusalOf(this.chosen, error)
    }
    if (this.given) await runInSlices(copySteps(made, this.view), undefined)
    watched.finish()
  }

  /** A draw that is NaN is found on the way, and a refusal leaves the caller's array as it was. */
  private draft(): Float32Array {
    return this.given ? newArray(this.view.length) : this.view
  }

  private job(stream: StreamKey, position: number, offset: number): SampleJob {
    const { name, parameters } = this.chosen
    return { distribution: name, parameters, stream, position, offset, threads: this.threads }
  }
}

/** Values that a draw has, once the crate has taken the parameters. */
function widthOf(longTail: LongTail, chosen: Chosen): number {
  try {
    return longTail.width(chosen.name, chosen.parameters)
  } catch (error) {
    throw refusalOf(chosen, error)
  }
}

/** What the crate refuses, or draws no numbers from, as a refusal of the parameters; other errors as they are. */
function refusalOf(chosen: Chosen, error: unknown): unknown {
  if (!isOwnError(error)) return error
  const [argument, got] = [`params of ${chosen.name}`, shown(chosen)]
  if (error.code === 'ERR_NOT_FINITE') {
    const message = `${argument} must not lead beyond the numbers that f64 has, got ${got}`
    return rangeError('ERR_INVALID_ARGUMENT', message, { cause: error })
  }
  if (error.code !== 'ERR_INVALID_ARGUMENT') return error
  const message = `${argument} must be ones that it can be drawn with, got ${got}: ${error.message}`
  return rangeError('ERR_INVALID_ARGUMENT', message, { cause: error })
}

function* copySteps(made: Float32Array, view: Float32Array): Generator<number, void> {
  for (let start = 0; start < made.length; start += PART) {
    present(view, 'out', made.length).set(made.subarray(start, start + PART), start)
    yield start
  }
}

/** A new array, or the caller's; both hold whole draws. */
function outputOf(out: unknown, width: number, name: string): Float32Array {
  if (typeof out !== 'number' && arrayKind(out) !== 'Float32Array')
    throw wrongType('out', 'a length or a Float32Array', out)
  const length = typeof out === 'number' ? integer(out, 'out', 0) : present(out as Float32Array, 'out').length
  if (length % width !== 0) {
    const message = `out must hold a multiple of ${width} values, the coordinates of a draw of ${name}, got ${length}`
    throw rangeError('ERR_LENGTH_MISMATCH', message)
  }
  if (typeof out !== 'number') return out as Float32Array
  return newArray(length)
}

function newArray(length: number): Float32Array {
  return allocate(`${length} values`, () => new Float32Array(length))
}
