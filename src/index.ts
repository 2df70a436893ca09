/** `symbreak`: everything, on the native engine where there is one. */
import './engine/native/register.js'

export * from './interop/index.js'
export * from './js.js'
export * from './network/index.js'
export * from './npy/index.js'
export * from './plan/index.js'
export * from './restarts/index.js'
export * from './runner/index.js'
