import type { TruncatedLaw } from '../../law.js'
import { belowF32 } from '../below.js'
import { centralPlan, isCentral } from './central.js'
import { type Edge, edgeAt } from './edge.js'
import { isNarrow, narrowPlan } from './narrow.js'
import type { Plan } from './plan.js'
import { isTail, tailPlan } from './tail.js'
import { widePlan } from './wide.js'

/** All that the elements of a truncated normal need. */
export interface Cut {
  readonly mean: number
  readonly stddev: number
  /** The smallest and the largest f32 strictly inside. */
  readonly first: number
  readonly last: number
  /** -1 where the plan is for the interval's mirror image, else 0. */
  readonly mirror: number
  readonly lower: Edge
  readonly upper: Edge
  readonly plan: Plan
}

const MAX = 3.4028234663852886e38

/** Works out a law of f32 whose stddev is not 0 there. The law has been checked. */
export function cutOf({ mean: m, stddev: s, lower, upper, bounds }: TruncatedLaw): Cut {
  // Adding 0 turns -0 into 0.
  const mean = Math.fround(m) + 0
  const stddev = Math.fround(s) + 0
  const [a, b] = bounds === 'sigma' ? [lower, upper] : [(lower - mean) / stddev, (upper - mean) / stddev]
  const [low, high] = bounds === 'sigma' ? [m + s * lower, m + s * upper] : [lower, upper]
  const mirror = b <= 0 ? -1 : 0
  const plan = mirror ? planOf(-b, -a) : planOf(a, b)
  const [near, far] = plan.spacing
  return {
    mean,
    stddev,
    first: Math.max(-belowBound(-low), -MAX) + 0,
    last: Math.min(belowBound(high), MAX) + 0,
    mirror,
    lower: edgeAt(low, a, mirror ? far : near, stddev, 1),
    upper: edgeAt(high, b, mirror ? near : far, stddev, -1),
    plan,
  }
}

/** The largest f32 strictly below a bound. */
function belowBound(bound: number): number {
  const nearest = Math.fround(bound)
  if (nearest < bound) return nearest
  return nearest === Infinity ? MAX : belowF32(nearest)
}

/** Chooses the plan for a cut with b > 0. */
function planOf(a: number, b: number): Plan {
  if (isNarrow(a, b)) return narrowPlan(a, b)
  if (isTail(a)) return tailPlan(a, b)
  return isCentral(a, b) ? centralPlan(a, b) : widePlan(a, b)
}
