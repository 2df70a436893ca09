import type { Dtype, Law } from './law.js'

/**
 * Up to how many elements the TypeScript engine is the faster one, its calls being cheaper. Measured through the public API
 * on a Zen 4 (AVX-512), Node 20: one uniform takes 0.85 us in TypeScript and 1.12 native, 8 take 1.17 and 1.11; a normal
 * 2.4 and 1.1; a truncated normal 1.7 and 1.8, 6 of them 2.1 and 1.8. Constants are a `fill` on either engine.
 */
const CROSSINGS: Partial<Record<Law['kind'], number>> = {
  uniform: 6,
  truncated: 3,
  bernoulli: 6,
  constant: 4096,
  diagonal: 4096,
}

/**
 * In double precision two words make a uniform, and the set-up of a cut is most of the work: 5.2 us in TypeScript, 4.8 or 7.5
 * native by the cut.
 */
const CROSSINGS_F64: typeof CROSSINGS = { ...CROSSINGS, uniform: 0, truncated: 10 }

/** The longest array of a law that the TypeScript engine fills faster. */
export function crossingOf(law: Law, dtype?: Dtype): number {
  return (dtype === 'F64' ? CROSSINGS_F64 : CROSSINGS)[law.kind] ?? 0
}
