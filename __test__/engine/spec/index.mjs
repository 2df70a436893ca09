/**
 * A second implementation of the samplers, written from crates/SPEC.md alone and with nothing of the library in it:
 * whoever can read that page can make these bits. Clear before fast.
 */
export { bits32, bits64 } from './numbers.mjs'
export { source, streamOf } from './words.mjs'
export { bernoulli, integers, permutation, uniform } from './laws.mjs'
export { normal } from './normal.mjs'
export { truncated } from './truncated.mjs'
export { half } from './half.mjs'
export { normal64, truncated64, uniform64 } from './double.mjs'
