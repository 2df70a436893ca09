/**
 * `symbreak/js`: the initializers and samplers on the TypeScript engine alone. Nothing here needs Node: it runs in
 * browsers, workers and bare JavaScript contexts, with the same bits.
 */
export { systemInfo } from './engine/info.js'
export type { SystemInfo } from './engine/info.js'
export type { AsyncOptions, Progress } from './async/watch.js'
export type { EngineName } from './engine/select.js'
export type { ErrorCode, SymbreakError } from './errors.js'
export * from './initializers/index.js'
export * from './random/index.js'
export type { WorkOptions } from './random/fill.js'
export type { Seed } from './validate.js'
