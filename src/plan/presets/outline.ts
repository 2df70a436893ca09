import type { InitializerLike } from '../../initializers/registry.js'
import type { Layout } from '../../initializers/layouts.js'

/** What a preset sees of a tensor. */
export interface TensorOutline {
  readonly name: string
  readonly shape: readonly number[]
  /** Class of the module that owns it, where it is known. */
  readonly kind?: string | undefined
}

/** What a preset gives a tensor. */
export interface PresetChoice {
  readonly init: InitializerLike
  readonly layout?: Layout | undefined
}

/** An initializer with its parameters. */
export function choice(class_name: string, config: object = {}, layout?: Layout): PresetChoice {
  return { init: { class_name, config }, layout }
}

/** Names' patterns, each with what the tensors get that it is the first to fit. */
export type Table = readonly (readonly [RegExp, PresetChoice])[]

export function look(table: Table, name: string): PresetChoice | undefined {
  return table.find(([pattern]) => pattern.test(name))?.[1]
}

/** N(0, stddev^2). */
export function normal(stddev: number): PresetChoice {
  return choice('RandomNormal', { mean: 0, stddev })
}

export const ONES: PresetChoice = { init: 'ones' }
export const ZEROS: PresetChoice = { init: 'zeros' }

/** Looks at all tensors once (for their depth), then chooses for each; undefined where it has no answer. */
export type Preset = (shapes: Shapes) => (tensor: TensorOutline) => PresetChoice | undefined

/** Shapes by name, to look at a tensor's neighbours. */
export type Shapes = ReadonlyMap<string, readonly number[]>

export function shapesOf(tensors: readonly TensorOutline[]): Shapes {
  return new Map(tensors.map(({ name, shape }) => [name, shape]))
}

/** The last part of a name: 'weight' of 'layer.0.weight', 'kernel' of 'dense/kernel'. */
export function leafOf(name: string): string {
  return name.split(/[./]/).at(-1) as string
}

/** The same module's tensor of another name: 'layer.0.weight' for 'layer.0.bias'. */
export function neighbour(name: string, leaf: string): string {
  return name.slice(0, name.length - leafOf(name).length) + leaf
}

/** The name of the module that owns a tensor: 'embed_tokens' of 'model.embed_tokens.weight'. */
export function ownerOf(name: string): string {
  return name.split(/[./]/).at(-2) ?? ''
}

/** Number of blocks of a network: how many different numbers follow `h`, `layer`, `layers`, `block` or `blocks`. */
export function depthOf(shapes: Shapes): number {
  const blocks = new Set<string>()
  for (const name of shapes.keys()) {
    const number = /(?:^|[./])(?:h|layers?|blocks?)[./](\d+)[./]/.exec(name)?.[1]
    if (number !== undefined) blocks.add(number)
  }
  return blocks.size
}

/**
 * Axes of a dense layer's kernel of rank 3 or more: its bias has those that the layer makes, and it contracts the rest.
 * Without a bias, an attention's three first make (heads, head), others one axis.
 */
export function denseLayout({ name, shape }: TensorOutline, shapes: Shapes): Layout {
  const bias = shapes.get(neighbour(name, 'bias'))
  const made = bias?.length ?? (/^(query|key|value)$/.test(ownerOf(name)) ? 2 : 1)
  const axes = shape.map((_, axis) => axis)
  return { inAxes: axes.slice(0, -made), outAxes: axes.slice(-made) }
}
