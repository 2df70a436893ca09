import type { BernoulliLaw, Dtype, IntegersLaw, Law } from '../engine/law.js'
import type { StreamKey } from '../math/stream.js'
import { wrongShape } from '../errors.js'
import { type Fans, fansOf } from './fans.js'
import type { Layout } from './layouts.js'
import type { Description, Json } from './types.js'

/** A parameter of an initializer. */
export interface Param<T> {
  /** Checks what the caller passed. */
  readonly read: (value: unknown, argument: string) => T
  /** The default; a parameter without one must be given. */
  readonly fallback?: T
  /** Whether null is a value of its own, rather than the default. */
  readonly nullable?: boolean
  /** The value as JSON, where it isn't JSON already. */
  readonly write?: (value: T) => Json
}

/** The laws that initializers use. */
export type InitializerLaw = Exclude<Law, BernoulliLaw | IntegersLaw>

/** The tensor that a law is wanted for. */
export class Target {
  #fans: Fans | undefined

  /**
   * @param stream - of the tensor's seed and path, for the few initializers whose values are computed from draws in
   * TypeScript; absent where only the law is asked about
   */
  constructor(
    readonly shape: readonly number[],
    readonly size: number,
    readonly layout: Layout,
    readonly dtype: Dtype,
    readonly stream?: StreamKey,
  ) {}

  /** The fans in this layout. */
  fans(): Fans {
    this.#fans ??= fansOf(this.shape, this.layout)
    return this.#fans
  }

  /** The fans, if the law has asked for them. */
  usedFans(): Fans | undefined {
    return this.#fans
  }

  /** Refuses other ranks than the given ones. */
  requireRank(lowest: number, highest = Infinity): void {
    const { length } = this.shape
    if (length >= lowest && length <= highest) return
    const allowed =
      lowest === highest
        ? `rank ${lowest}`
        : highest === Infinity
          ? `rank >= ${lowest}`
          : `rank ${lowest} to ${highest}`
    throw wrongShape(`have ${allowed}`, this.shape)
  }
}

/**
 * An initializer of the catalogue: its name, its parameters, and the law of a tensor's values. This is all that one
 * has to say; making arrays, configs and descriptions follows from it.
 */
export interface Definition<P extends object> {
  /** Name in configs. */
  readonly className: string
  /** Further names that `initializer` takes, beside every spelling of the class name. */
  readonly aliases?: readonly string[]
  /** Whether it draws random numbers, so has a seed. */
  readonly random: boolean
  readonly params: { readonly [K in keyof P]-?: Param<P[K]> }
  /** Refuses parameters that contradict each other. */
  readonly check?: (params: P) => void
  /** A layout that the parameters say. */
  readonly layoutOf?: (params: P) => Layout | undefined
  /** The law of a tensor; refuses shapes and types that it has no values for. */
  readonly law: (params: P, target: Target) => InitializerLaw
  /** The law of one entry, where `law` gives drawn values. */
  readonly describe?: (params: P, target: Target) => Description
}

/** Declares an initializer. */
export function define<P extends object>(definition: Definition<P>): Definition<P> {
  return definition
}
