import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Dtype } from '../engine/law.js'
import { plainError, show } from '../errors.js'
import { DTYPES } from '../random/output.js'
import type { Layout } from '../initializers/layouts.js'
import { oneOf, pathOf, readArray, readOptions, type Seed } from '../validate.js'
import { matcherOf } from './glob.js'
import { isModelList, readModelList } from './model-list.js'
import { plan, type Plan } from './plan.js'
import { recordedPlan, recordOf } from './recorded.js'
import { readHeader } from './safetensors/read.js'
import type { PlanSpec, Rule, TensorSpec } from './spec.js'
import { readIndex, readJsonFile } from './weight-index.js'

/** Options of `planFromFile`: each wins over what the file says. */
export interface PlanFromFileOptions {
  /** Default: the plan's own, else 0. */
  seed?: Seed | string | undefined
  /** Tried before the plan's own. */
  rules?: readonly Rule[] | undefined
  preset?: string | undefined
  layout?: Layout | undefined
  /** Element type of every tensor. */
  dtype?: Dtype | undefined
  /** Tensors to leave out, by glob or RegExp: those that are no weights. */
  exclude?: readonly (string | RegExp)[] | undefined
}

const OPTIONS = ['seed', 'rules', 'preset', 'layout', 'dtype', 'exclude']
const MAX_PATTERNS = 1_000_000

/**
 * A plan from a file: a plan as JSON; a checkpoint (`.safetensors`, or the `.index.json` of a sharded one), whose names,
 * shapes and element types are taken and whose values are new; or a list of a model's tensors.
 *
 * @throws as `plan`; `ERR_BAD_FILE`, `ERR_IO`
 */
export async function planFromFile(path: string, options?: PlanFromFileOptions): Promise<Plan> {
  const name = pathOf(path)
  const { seed, rules, preset, layout, dtype, exclude } = readOptions(options, OPTIONS)
  const patterns = readArray(exclude ?? [], 'exclude', 'ERR_INVALID_ARGUMENT', MAX_PATTERNS)
  const excluded = patterns.map((pattern, i) => matcherOf(pattern, `exclude[${i}]`))
  const wanted = dtype === undefined ? undefined : oneOf(dtype, 'dtype', DTYPES)
  const isExcluded: IsExcluded = (tensor) =>
    typeof tensor === 'string' && excluded.some((matches) => matches(tensor))
  const found = await readSource(name, isExcluded)
  const spec: PlanSpec = {
    ...found,
    seed: (seed as Seed | undefined) ?? found.seed ?? 0,
    tensors:
      wanted === undefined ? found.tensors : found.tensors.map((tensor) => ({ ...tensor, dtype: wanted })),
    rules: [
      ...(readArray(rules ?? [], 'rules', 'ERR_INVALID_ARGUMENT', MAX_PATTERNS) as Rule[]),
      ...(readArray(found.rules ?? [], 'rules', 'ERR_INVALID_ARGUMENT', MAX_PATTERNS) as Rule[]),
    ],
    preset: (preset as string | undefined) ?? found.preset,
    layout: (layout as Layout | undefined) ?? found.layout,
  }
  return plan(spec)
}

type Source = Omit<PlanSpec, 'seed'> & { seed?: PlanSpec['seed'] }

type IsExcluded = (name: unknown) => boolean

/** Whether a path is a pipe that a shell has made: a document comes through it, for checkpoints are read in pieces. */
async function isPiped(path: string): Promise<boolean> {
  return path.startsWith('/dev/') && (await stat(path).catch(() => undefined))?.isFIFO() === true
}

async function readSource(path: string, isExcluded: IsExcluded): Promise<Source> {
  if (!path.endsWith('.json') && !(await isPiped(path))) return checkpoint([path], isExcluded)
  if (path.endsWith('.index.json')) {
    const index = await readIndex(path)
    const files = new Set(index.map(([, file]) => join(dirname(path), file)))
    const found = await checkpoint([...files].sort(), isExcluded)
    const there = new Set(found.tensors.map(({ name }) => name))
    const missing = index.map(([name]) => name).filter((name) => !there.has(name) && !isExcluded(name))
    if (missing.length === 0) return found
    throw plainError(
      'ERR_BAD_FILE',
      `${path} names tensors that its files don't have: ${missing.map(show).join(', ')}`,
    )
  }
  const value = await readJsonFile(path)
  if (typeof value !== 'object' || value === null || !Array.isArray((value as Source).tensors)) {
    throw plainError('ERR_BAD_FILE', `${path} is no plan: it must be a JSON object with a list of tensors`)
  }
  const source = isModelList(value) ? readModelList(value, path, isExcluded) : (value as Source)
  return { ...source, tensors: source.tensors.filter((tensor) => !isExcluded(tensor?.name)) }
}

/**
 * Tensors of a checkpoint's files. Those of this package tell their plan's layouts; others that say `format: "pt"` hold
 * torch's (out, in, ...) shapes.
 */
async function checkpoint(paths: readonly string[], isExcluded: IsExcluded): Promise<Source> {
  const tensors: TensorSpec[] = []
  const others: string[] = []
  let layout: Layout | undefined
  let record: Layouts | undefined
  for (const path of paths) {
    const { header } = await readHeader(path)
    const text = recordOf(header)
    // All files of a checkpoint carry the same.
    if (text !== record?.text) record = text === undefined ? undefined : layoutsOf(text)
    if (record !== undefined) layout = record.layout
    else if (header.metadata['format'] === 'pt') layout = 'torch'
    for (const { name, shape, dtype } of header.entries) {
      if (isExcluded(name)) continue
      if (isPlanDtype(dtype)) tensors.push({ name, shape, dtype, layout: record?.own.get(name) })
      else others.push(`${show(name)} (${dtype})`)
    }
  }
  if (others.length > 0) {
    const message = `only ${DTYPES.join(', ')} tensors can be initialized, exclude ${others.join(', ')}`
    throw plainError('ERR_INVALID_ARGUMENT', message)
  }
  return { tensors, layout }
}

/** The layouts of the plan that a file of this package was made from, where that is what it says. */
interface Layouts {
  readonly text: string
  readonly layout: Layout | undefined
  readonly own: ReadonlyMap<string, Layout | undefined>
}

function layoutsOf(text: string): Layouts | undefined {
  try {
    const made = recordedPlan(text)
    return { text, layout: made.layout, own: new Map(made.tensors.map(({ name, layout }) => [name, layout])) }
  } catch {
    return undefined
  }
}

function isPlanDtype(dtype: string): dtype is Dtype {
  return (DTYPES as readonly string[]).includes(dtype)
}
