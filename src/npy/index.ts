export { decodeNpy, encodeNpy, type NpyArray, type NpyInput } from './codec.js'
export type { NpyData, NpyDtype } from './dtypes.js'
export { readNpy, writeNpy } from './files.js'
export { readNpz, writeNpz, type NpzOptions } from './npz.js'
