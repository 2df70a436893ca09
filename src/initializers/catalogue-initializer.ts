import { ASYNC_OPTIONS, type AsyncOptions, watch } from '../async/watch.js'
import { streamKey, type StreamKey } from '../math/stream.js'
import { rangeError } from '../errors.js'
import { type Fill, fillLater, fillNow, seenLater, readWork, WORK_OPTIONS } from '../random/fill.js'
import {
  type ArrayOf,
  type Dtype,
  dtypeOf,
  type FloatArray,
  givenOutput,
  newOutput,
  type Output,
} from '../random/output.js'
import { refuseOverflow } from '../random/laws.js'
import { entropySeed } from '../random/seed.js'
import { jsonSeed, pathOf, rangeOf, readOptions, seedOf, shapeOf, sizeOf } from '../validate.js'
import { type Definition, type InitializerLaw, Target } from './definition.js'
import { describeLaw } from './describe.js'
import type { Fans } from './fans.js'
import { layoutOf, type Layout } from './layouts.js'
import { readParams, snakeCase } from './params.js'
import type { CreateOptions, Description, Initializer, InitializerConfig, Json } from './types.js'

const CREATE_OPTIONS = ['seed', 'path', 'offset', 'length', 'layout', 'dtype', ...WORK_OPTIONS]

/** What a plan or network gives a tensor beside its shape. */
export interface TensorContext {
  readonly path: string
  /** Used where the initializer has no seed of its own. */
  readonly seed: bigint
  /** The tensor's or its rule's layout. */
  readonly layout?: Layout | undefined
  /** Used where neither the tensor nor the initializer has one. */
  readonly defaultLayout?: Layout | undefined
  readonly dtype?: Dtype | undefined
}

/** A tensor's law on its stream: all that an engine needs to fill any range of it. */
export interface ResolvedTensor {
  readonly law: InitializerLaw
  readonly stream: StreamKey
  /** Where the law depends on them. */
  readonly fans?: Fans | undefined
  /** The distribution of one entry. */
  readonly describe: () => Description
}

/** An initializer made from its definition. */
export class CatalogueInitializer<P extends object> implements Initializer {
  readonly #definition: Definition<P>
  readonly #params: P
  readonly #layout: Layout | undefined
  readonly #given: bigint | undefined
  #drawn: bigint | undefined
  /** Tensors made without a path from the drawn seed. */
  #count = 0

  /**
   * @param options - the caller's, unchecked; names may be in camelCase or snake_case
   * @param inJson - whether they are from a JSON document, where a seed may be a decimal string
   */
  constructor(definition: Definition<P>, options: unknown, inJson = false) {
    const names = Object.keys(definition.params)
    const common = definition.random ? ['seed', 'layout'] : ['layout']
    const allowed = [...new Set([...names, ...names.map(snakeCase), ...common])]
    const record = readOptions(options, allowed, `options of ${definition.className}`)
    const { seed, layout } = record
    this.#definition = definition
    this.#params = readParams(definition.params, record)
    definition.check?.(this.#params)
    const own = definition.layoutOf?.(this.#params)
    if (own !== undefined && layout !== undefined) {
      throw rangeError(
        'ERR_INVALID_ARGUMENT',
        `layout and axes of ${definition.className} exclude each other`,
      )
    }
    this.#layout = layout === undefined || layout === null ? own : layoutOf(layout)
    const none = seed === undefined || (inJson && seed === null)
    this.#given = none ? undefined : inJson ? jsonSeed(seed) : seedOf(seed)
  }

  get className(): string {
    return this.#definition.className
  }

  get seed(): bigint | undefined {
    return this.#definition.random ? (this.#given ?? this.#entropy()) : undefined
  }

  create<D extends Dtype = 'F32'>(shape: readonly number[], options?: CreateOptions<D>): ArrayOf<D> {
    const { output, fill } = this.#prepare(shape, readOptions(options, CREATE_OPTIONS))
    fillNow(fill)
    return output.array as ArrayOf<D>
  }

  async createAsync<D extends Dtype = 'F32'>(
    shape: readonly number[],
    options?: CreateOptions<D> & AsyncOptions,
  ): Promise<ArrayOf<D>> {
    return (await this.#later(shape, options)) as ArrayOf<D>
  }

  fill<T extends FloatArray>(out: T, shape: readonly number[], options?: CreateOptions): T {
    fillNow(this.#prepare(shape, readOptions(options, CREATE_OPTIONS), { out }).fill)
    return out
  }

  async fillAsync<T extends FloatArray>(
    out: T,
    shape: readonly number[],
    options?: CreateOptions & AsyncOptions,
  ): Promise<T> {
    return (await this.#later(shape, options, { out })) as T
  }

  describe(shape: readonly number[], options?: CreateOptions): Description {
    const record = readOptions(options, CREATE_OPTIONS)
    const sizes = shapeOf(shape)
    const layout = this.#layoutFor(record['layout'])
    const target = new Target(sizes, sizeOf(sizes), layout, dtypeOf(record['dtype']))
    // Also refuses what `create` would.
    const { distribution, ...moments } = this.#describe(this.#law(target), target)
    return { distribution, ...target.usedFans(), ...moments }
  }

  getConfig(): Record<string, Json> {
    const config: Record<string, Json> = {}
    if (this.#definition.random) config['seed'] = this.#smallSeed() ? Number(this.#given) : null
    for (const name of Object.keys(this.#definition.params) as (keyof P & string)[]) {
      const value = this.#params[name]
      const plain = Array.isArray(value) ? [...(value as Json[])] : (value as Json)
      config[snakeCase(name)] = this.#definition.params[name].write?.(value) ?? plain
    }
    return config
  }

  toJSON(): InitializerConfig {
    const layout = this.#definition.layoutOf?.(this.#params) === undefined ? this.#layout : undefined
    return {
      class_name: this.className,
      config: this.getConfig(),
      ...(this.#given === undefined || this.#smallSeed() ? {} : { seed: String(this.#given) }),
      ...(layout === undefined ? {} : { layout: layout as Json }),
    }
  }

  /** @internal What Node prints. */
  [Symbol.for('nodejs.util.inspect.custom')](_: number, options: object, inspect: Inspect): string {
    return `${this.className} ${inspect(this.getConfig(), options)}`
  }

  /** The law and stream of a tensor of a plan or network; the seed is the initializer's own, else the context's. */
  resolve(shape: readonly number[], context: TensorContext): ResolvedTensor {
    const layout = context.layout ?? this.#layout ?? context.defaultLayout ?? 'keras'
    const stream = streamKey(this.#given ?? context.seed, context.path)
    const target = new Target(shape, sizeOf(shape), layout, context.dtype ?? 'F32', stream)
    const law = this.#law(target)
    return { law, stream, fans: target.usedFans(), describe: () => this.#describe(law, target) }
  }

  #describe(law: InitializerLaw, target: Target): Description {
    return this.#definition.describe?.(this.#params, target) ?? describeLaw(law, target.size)
  }

  #law(target: Target): InitializerLaw {
    const law = this.#definition.law(this.#params, target)
    if ('gain' in law) refuseOverflow(law.gain, 'gain', target.dtype)
    if (target.dtype === 'F64' && (law.kind === 'orthogonal' || law.kind === 'convOrthogonal')) {
      const reason = 'its products are computed in single precision'
      throw rangeError(
        'ERR_INVALID_ARGUMENT',
        `dtype of ${this.className} must be F32, F16 or BF16, not F64: ${reason}`,
      )
    }
    return law
  }

  /** Checks everything, then allocates; only then is a path of the unseeded counter used up. */
  #prepare(
    shape: unknown,
    options: Record<string, unknown>,
    given?: { out: unknown },
  ): { output: Output; fill: Fill } {
    const sizes = shapeOf(shape)
    const size = sizeOf(sizes)
    const { offset, length } = rangeOf(options['offset'], options['length'], size)
    const { engine, threads } = readWork(options)
    const output = given && givenOutput(given.out, options['dtype'])
    if (output !== undefined && output.view.length !== length)
      throw lengthMismatch(output.view.length, length, sizes)
    const dtype = output?.dtype ?? dtypeOf(options['dtype'])
    const { stream, counted } = this.#stream(options)
    const law = this.#law(new Target(sizes, size, this.#layoutFor(options['layout']), dtype, stream))
    const made = output ?? newOutput(length, dtype)
    if (counted) this.#count++
    return { output: made, fill: { law, stream, offset, view: made.view, dtype, engine, threads } }
  }

  async #later(shape: unknown, options: unknown, given?: { out: unknown }): Promise<unknown> {
    const record = readOptions(options, [...CREATE_OPTIONS, ...ASYNC_OPTIONS])
    const total = sizeOf(shapeOf(shape))
    const { length } = rangeOf(record['offset'], record['length'], total)
    const watched = watch(record, length, 'elements')
    const { output, fill } = this.#prepare(shape, record, given)
    if (given !== undefined && fill.law.kind === 'values') await seenLater(fill, watched.control.signal)
    await fillLater(fill, watched)
    return output.array
  }

  #layoutFor(layout: unknown): Layout {
    return layout === undefined ? (this.#layout ?? 'keras') : layoutOf(layout)
  }

  /** The stream that seed and path name. Without either, the drawn seed's streams are counted: '#0', '#1', ... */
  #stream({ seed, path }: Record<string, unknown>): { stream: StreamKey; counted: boolean } {
    const name = path === undefined ? undefined : pathOf(path)
    const own = seed === undefined ? this.#given : seedOf(seed)
    if (!this.#definition.random) return { stream: streamKey(own ?? 0n, ''), counted: false }
    if (own !== undefined) return { stream: streamKey(own, name ?? ''), counted: false }
    return { stream: streamKey(this.#entropy(), name ?? `#${this.#count}`), counted: name === undefined }
  }

  #entropy(): bigint {
    this.#drawn ??= entropySeed()
    return this.#drawn
  }

  /** Whether Keras can hold the seed: it takes 32-bit ones. */
  #smallSeed(): boolean {
    return this.#given !== undefined && this.#given < 1n << 32n
  }
}

/** Node's own function, which it passes to whoever prints themselves. */
type Inspect = (value: unknown, options: object) => string

function lengthMismatch(actual: number, expected: number, shape: readonly number[]): Error {
  const message = `out must have ${expected} elements, the length of the range of shape [${shape.join(', ')}], got ${actual}`
  return rangeError('ERR_LENGTH_MISMATCH', message)
}
