import { present } from '../../validate.js'
import { packageVersion } from '../../version.js'
import { abortError, wrongValue } from '../../errors.js'
import type { Control } from '../../async/watch.js'
import type { StreamKey } from '../../math/stream.js'
import type { Engine, Fill, LongTail, Measures } from '../engine.js'
import { environment } from '../environment.js'
import type { Dtype, FillJob, View } from '../law.js'
import type { NativeProvider } from '../select.js'
import type { RowsSpec, Trainer, TrainerData, TrainerRows, TrainerSpec } from '../trainer.js'
import { checkThreads } from '../threads.js'
import { isWhole } from '../whole.js'
import { jsEngine } from '../js/index.js'
import { loadAddon, type Addon } from './addon.js'
import { translate, translated } from './errors.js'
import { RECORD_WIDTH, type RecordLaw, writeRecord } from './job.js'
import { nativeLongTail } from './long-tail.js'
import { nativeMeasures } from './measures.js'
import { packed } from './pieces.js'
import { placeRow } from './place.js'
import { nativeRows, nativeTrainer } from './trainer.js'
import { watched } from './watch.js'

/** Elements of one asynchronous call: 4 MiB of f32, so that copying them out never holds the event loop for long. */
const SLAB = 1 << 20

/** Elements that one thread makes sooner than the system tells how many there are. */
const BLOCK = 4096

/** The addon as an engine. */
export class NativeEngine implements Engine {
  readonly name = 'native'
  /** The addon itself, also for the parts of the engine that live in files of their own. */
  readonly addon: Addon
  readonly #record = new Float64Array(RECORD_WIDTH)
  #threads: number | undefined

  constructor(addon: Addon) {
    this.addon = addon
    const kernel = environment('SYMBREAK_KERNEL')
    if (kernel) {
      if (!this.kernels.includes(kernel))
        throw wrongValue('SYMBREAK_KERNEL', `one of ${this.kernels.join(', ')}`, kernel)
      translated(() => addon.useKernel(kernel))
    }
    this.#threads = checkThreads(environment('SYMBREAK_THREADS'))
  }

  get threads(): number {
    return (this.#threads ??= this.addon.availableThreads())
  }

  get kernels(): readonly string[] {
    return this.addon.kernels()
  }

  get kernel(): string {
    return this.addon.kernel()
  }

  fill(job: FillJob, out: View): void {
    const { law } = job
    if (law.kind === 'values') return jsEngine.fill(job, out)
    const alone = out.length <= BLOCK && !isWhole(law)
    writeRecord(this.#record, 0, job, law, alone ? 1 : this.threads)
    try {
      this.#fill(out)
    } catch (error) {
      throw translate(error)
    }
  }

  #fill(out: View): void {
    const addon = this.addon
    if (out instanceof Float32Array) addon.fillF32(out, this.#record)
    else if (out instanceof Uint16Array) addon.fillU16(out, this.#record)
    else if (out instanceof Float64Array) addon.fillF64(out, this.#record)
    else if (out instanceof Uint8Array) addon.fillU8(out, this.#record)
    else addon.fillI32(out as Int32Array, this.#record)
  }

  fillMany(all: readonly Fill[]): void {
    const fills = all.filter(({ job }) => job.law.kind !== 'values')
    const views = fills.map(
      ({ out }) => new Uint8Array(out.buffer as ArrayBuffer, out.byteOffset, out.byteLength),
    )
    const pieces = fills.map(({ job, out }) => ({ job, dtype: dtypeOf(job, out), elements: out.length }))
    const { records, rows, bound } = packed(pieces, [], this.threads)
    translated(() => this.addon.fillTensors(views, records, rows, bound))
    for (const { job, out } of all) if (job.law.kind === 'values') jsEngine.fill(job, out)
  }

  async fillAsync(job: FillJob, out: View, control: Control): Promise<void> {
    const { law } = job
    if (law.kind === 'values') return jsEngine.fillAsync(job, out, control)
    const slab = isWhole(law) ? out.length : SLAB
    if (control.signal?.aborted) throw abortError(control.signal)
    for (let start = 0; start < out.length; start += slab) {
      const part = out.subarray(start, Math.min(start + slab, out.length))
      const done = start
      const step = control.onStep && ((n: number) => control.onStep?.(done + n))
      await this.#fillPart({ ...job, law, offset: job.offset + start }, part, {
        signal: control.signal,
        onStep: step,
      })
      control.onStep?.(done + part.length)
    }
  }

  async #fillPart(job: FillJob & { law: RecordLaw }, part: View, control: Control): Promise<void> {
    const record = new Float64Array(RECORD_WIDTH)
    writeRecord(record, 0, job, job.law, this.threads)
    const addon = this.addon
    const made = await watched(addon, control, (token): Promise<View> => {
      if (part instanceof Float32Array) return addon.makeF32(part.length, record, token)
      if (part instanceof Uint16Array) return addon.makeU16(part.length, record, token)
      if (part instanceof Float64Array) return addon.makeF64(part.length, record, token)
      if (part instanceof Uint8Array) return addon.makeU8(part.length, record, token)
      return addon.makeI32(part.length, record, token)
    })
    present(part, 'out', made.length).set(made)
  }

  permute(stream: StreamKey, first: number, out: Uint32Array): void {
    translated(() => this.addon.fillPermutation(out, placeRow(stream, first, 0, 1)))
  }

  get measures(): Measures {
    return nativeMeasures(this.addon)
  }

  get longTail(): LongTail {
    return nativeLongTail(this.addon, this.threads)
  }

  trainer(spec: TrainerSpec): Trainer {
    return nativeTrainer(this.addon, this.threads, spec)
  }

  rows(spec: RowsSpec, data: TrainerData): TrainerRows {
    return nativeRows(this.addon, this.threads, spec, data)
  }
}

function dtypeOf({ half }: FillJob, out: View): Dtype {
  if (out instanceof Float32Array) return 'F32'
  return out instanceof Float64Array ? 'F64' : (half ?? 'F16')
}

/** Reaches the addon when it is first needed. */
export const nativeProvider: NativeProvider = {
  load: () => new NativeEngine(loadAddon(packageVersion)),
}
