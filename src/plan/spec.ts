import type { Dtype } from '../engine/law.js'
import { isOwnError, rangeError, show, type SymbreakError, typeError, wrongType } from '../errors.js'
import { initializer, type InitializerLike } from '../initializers/registry.js'
import { layoutOf, type Layout } from '../initializers/layouts.js'
import { DTYPES } from '../random/output.js'
import { jsonSeed, oneOf, pathOf, readArray, readOptions, type Seed, shapeOf } from '../validate.js'
import { matcherOf, type Matcher } from './glob.js'
import { presetOf, type Preset, shapesOf } from './presets/index.js'
import { METADATA } from './safetensors/header.js'
import { type PlanContext, type ResolvedPlannedTensor, resolveTensor } from './tensor.js'

/** A tensor that a plan makes. */
export interface TensorSpec {
  /** Unique in the plan; also the path of the tensor's stream. */
  name: string
  shape: readonly number[]
  /** Default: the plan's. */
  dtype?: Dtype | undefined
  /** Wins over rules and the preset. */
  init?: InitializerLike | undefined
  /** How fans and matrix views are read from the shape; wins over the rule's. */
  layout?: Layout | undefined
  /** Class of the module that owns the tensor ('Linear', 'LayerNorm', ...), where it is known: presets go by it. */
  kind?: string | undefined
}

/** Gives an initializer to the tensors whose names match. */
export interface Rule {
  /** A glob for the whole name (`*` any run, `?` one character), or a RegExp that is found in it. */
  match: string | RegExp
  init: InitializerLike
  layout?: Layout | undefined
}

/** What a plan is made from. */
export interface PlanSpec {
  /** Of every tensor whose initializer has no seed of its own. JSON documents may hold it as a decimal string. */
  seed: Seed | string
  tensors: readonly TensorSpec[]
  /** The first that matches wins. */
  rules?: readonly Rule[] | undefined
  /** Gives the tensors that no rule matches what a code base gives them: 'torch', 'keras', 'gpt2', ... */
  preset?: string | undefined
  /** Used where neither tensor, rule nor initializer has a layout. Default: 'keras'. */
  layout?: Layout | undefined
  /** Element type of tensors without one. Default: 'F32'. */
  dtype?: Dtype | undefined
}

/** A checked plan. */
export interface ReadPlan extends PlanContext {
  readonly tensors: readonly ResolvedPlannedTensor[]
}

interface ReadRule {
  readonly matches: Matcher
  readonly init: InitializerLike
  readonly layout: Layout | undefined
}

/** Names and shapes alone: what presets see of all tensors. */
interface Outline {
  readonly name: string
  readonly shape: readonly number[]
  readonly kind: string | undefined
  readonly dtype: Dtype
  readonly init: InitializerLike | undefined
  readonly layout: Layout | undefined
}

const MAX_TENSORS = 10_000_000
const TENSOR_FIELDS = ['name', 'shape', 'dtype', 'init', 'layout', 'kind']

/**
 * Checks a plan as a whole.
 *
 * @throws the error of the only tensor that is wrong, or one `ERR_INVALID_ARGUMENT` that lists them all
 */
export function readSpec(spec: unknown): ReadPlan {
  const fields = readOptions(spec, ['seed', 'tensors', 'rules', 'preset', 'layout', 'dtype'], 'spec')
  const seed = jsonSeed(fields['seed'])
  const layout = fields['layout'] === undefined ? undefined : layoutOf(fields['layout'])
  const dtype = fields['dtype'] === undefined ? 'F32' : oneOf(fields['dtype'], 'dtype', DTYPES)
  const rules = readArray(fields['rules'] ?? [], 'rules', 'ERR_INVALID_ARGUMENT', MAX_TENSORS).map(readRule)
  const preset = presetOf(fields['preset'])
  const list = readArray(fields['tensors'], 'tensors', 'ERR_INVALID_ARGUMENT', MAX_TENSORS)

  const problems = new Problems()
  const outlines = list.flatMap((value, i) =>
    problems.collect(`tensors[${i}]`, () => readOutline(value, i, dtype)),
  )
  for (const name of duplicates(outlines))
    problems.add(`tensors must have different names, two are named ${show(name)}`)
  const context = { seed, layout }
  const choose = chooser(rules, preset?.(shapesOf(outlines)))
  const tensors = outlines.flatMap((outline) =>
    problems.collect(`tensor ${show(outline.name)}`, () =>
      resolveTensor({ ...outline, ...choose(outline) }, context),
    ),
  )
  problems.throwIfAny()
  return { seed, layout, tensors: Object.freeze(tensors) }
}

function readRule(value: unknown, index: number): ReadRule {
  const argument = `rules[${index}]`
  const { match, init, layout } = readOptions(value, ['match', 'init', 'layout'], argument)
  return {
    matches: matcherOf(match, `${argument}.match`),
    init: initializer(init as InitializerLike),
    layout: layout === undefined ? undefined : layoutOf(layout),
  }
}

function readOutline(value: unknown, index: number, dtype: Dtype): Outline {
  const fields = readOptions(value, TENSOR_FIELDS, `tensors[${index}]`)
  const name = pathOf(fields['name'], 'name')
  if (name === METADATA)
    throw rangeError('ERR_INVALID_PATH', `name ${METADATA} is reserved by the file format`)
  const { kind } = fields
  return {
    name,
    shape: Object.freeze(shapeOf(fields['shape'], `shape of ${show(name)}`)),
    kind: kind === undefined ? undefined : nameOf(kind),
    dtype: fields['dtype'] === undefined ? dtype : oneOf(fields['dtype'], `dtype of ${show(name)}`, DTYPES),
    init: fields['init'] as InitializerLike | undefined,
    layout: fields['layout'] === undefined ? undefined : layoutOf(fields['layout']),
  }
}

function duplicates(outlines: readonly Outline[]): string[] {
  const seen = new Set<string>()
  const twice = new Set<string>()
  for (const { name } of outlines) (seen.has(name) ? twice : seen).add(name)
  return [...twice]
}

type Choice = Pick<ResolvedPlannedTensor, 'init' | 'layout'>

/** Which initializer: the tensor's own, then the first matching rule's, then the preset's. */
function chooser(
  rules: readonly ReadRule[],
  preset: ReturnType<Preset> | undefined,
): (outline: Outline) => Choice {
  return (outline) => {
    if (outline.init !== undefined) return { init: initializer(outline.init), layout: outline.layout }
    const found = rules.find(({ matches }) => matches(outline.name)) ?? preset?.(outline)
    if (found === undefined) {
      throw rangeError('ERR_INVALID_ARGUMENT', 'it has no init, and no rule or preset gives it one')
    }
    return { init: initializer(found.init), layout: outline.layout ?? found.layout }
  }
}

/** Everything that is wrong with a plan. */
class Problems {
  readonly #found: { message: string; error?: SymbreakError }[] = []

  add(message: string, error?: SymbreakError): void {
    this.#found.push({ message, ...(error === undefined ? {} : { error }) })
  }

  /** What `read` gives, or nothing where it finds a fault. Whatever else it throws is no fault of the plan. */
  collect<T>(subject: string, read: () => T): T[] {
    try {
      return [read()]
    } catch (error) {
      if (!isOwnError(error)) throw error
      this.add(`${subject}: ${error.message}`, error)
      return []
    }
  }

  throwIfAny(): void {
    const [first] = this.#found
    if (first === undefined) return
    if (this.#found.length === 1) {
      const { message, error } = first
      const alike = error instanceof TypeError ? typeError : rangeError
      throw alike(error?.code ?? 'ERR_INVALID_ARGUMENT', message, { cause: error })
    }
    const lines = this.#found.map(({ message }) => `\n  ${message}`)
    throw rangeError('ERR_INVALID_ARGUMENT', `the plan has ${lines.length} faults:${lines.join('')}`)
  }
}

function nameOf(kind: unknown): string {
  if (typeof kind === 'string') return kind
  throw wrongType('kind', 'the name of a class', kind)
}
