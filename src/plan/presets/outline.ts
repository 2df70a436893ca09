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

/** Looks at all tensors once (for depth and neighbours), then chooses for each; undefined where it has no answer. */
export type Preset = (
  tensors: readonly TensorOutline[],
) => (tensor: TensorOutline) => PresetChoice | undefined

/** Shapes by name, to look at a tensor's neighbours. */
export type Shapes = ReadonlyMap<string, readonly number[]>

export function shapesOf(tensors: readonly TensorOutline[]): Shapes {
  return new Map(tensors.map(({ name, shape }) => [name, shape]))
}

/** The last part of a name: 'weight' of 'layer.0.weight', 'kernel' of 'dense/kernel'. */
export function leafOf(name: string): string {
  return /[^./]*$/.exec(name)?.[0] ?? name
}

/** The same module's tensor of another name: 'layer.0.weight' for 'layer.0.bias'. */
export function neighbour(name: string, leaf: string): string {
  return name.slice(0, name.length - leafOf(name).length) + leaf
}

/** The name of the module that owns a tensor: 'embed_tokens' of 'model.embed_tokens.weight'. */
export function ownerOf(name: string): string {
  return leafOf(name.slice(0, Math.max(0, name.length - leafOf(name).length - 1)))
}

/** Number of blocks of a network: how many different numbers follow `h`, `layer`, `layers`, `block` or `blocks`. */
export function depthOf(tensors: readonly TensorOutline[]): number {
  const blocks = new Set<string>()
  for (const { name } of tensors) {
    const number = /(?:^|[./])(?:h|layers?|blocks?)[./](\d+)[./]/.exec(name)?.[1]
    if (number !== undefined) blocks.add(number)
  }
  return blocks.size
}

/** Whether a tensor is a table of embeddings, by its module's class or its name. */
export function isEmbedding({ name, kind, shape }: TensorOutline): boolean {
  if (shape.length !== 2) return false
  if (kind !== undefined) return kind === 'Embedding' || kind === 'EmbeddingBag' || kind === 'Embed'
  return (
    /^(wte|wpe|embed|embed_\w+|embedding|embeddings|\w+_embeddings?)$/.test(ownerOf(name)) ||
    leafOf(name).startsWith('embedding')
  )
}
