import { plan, type Plan, type PlanJson } from './plan.js'
import type { Header } from './safetensors/header.js'

/** The text in a file's metadata that should be the plan that it was made from: other programs may use the name too. */
export function recordOf({ metadata }: Header): string | undefined {
  return Object.hasOwn(metadata, 'plan') ? metadata['plan'] : undefined
}

/**
 * The plan of a text by `recordText`.
 *
 * @throws as `plan`; `SyntaxError`
 */
export function recordedPlan(text: string): Plan {
  return plan(JSON.parse(text) as PlanJson)
}
