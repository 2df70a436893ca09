import { plainError, rangeError, show, typeError } from '../errors.js'
import type { Engine } from './engine.js'
import { jsEngine } from './js/index.js'
import type { View } from './law.js'
import { environment } from './environment.js'

/** Which engine does the work; the bits are the same. */
export type EngineName = 'auto' | 'native' | 'js'

/** How the native engine is reached, where there is one: loads the addon at the first call, or throws. */
export interface NativeProvider {
  load(): Engine
}

let provider: NativeProvider | undefined
let native: Engine | undefined
let failure: Error | undefined

/** Makes the native engine reachable; called once by the package's Node entry. */
export function provideNative(value: NativeProvider): void {
  provider = value
}

/** The native engine, or why there is none. */
export function nativeEngine(): Engine | Error {
  if (native !== undefined) return native
  if (failure !== undefined) return failure
  if (provider === undefined) {
    failure = plainError('ERR_NATIVE_UNAVAILABLE', 'this entry of the package has no native engine')
    return failure
  }
  try {
    native = provider.load()
    return native
  } catch (error) {
    // A kernel that this CPU lacks is the caller's mistake, not a missing addon.
    if ((error as { code?: unknown }).code === 'ERR_INVALID_ARGUMENT') throw error
    failure = error instanceof Error ? error : new Error(String(error))
    return failure
  }
}

/** The default of every `engine` option: `SYMBREAK_ENGINE`, else 'auto'. */
export function defaultEngine(): EngineName {
  const name = environment('SYMBREAK_ENGINE')
  return name === undefined || name === '' ? 'auto' : checkEngine(name, 'SYMBREAK_ENGINE')
}

/** Refuses anything but an engine's name. */
export function checkEngine(name: unknown, argument = 'engine'): EngineName {
  if (name === 'auto' || name === 'native' || name === 'js') return name
  throw rangeError('ERR_INVALID_ARGUMENT', `${argument} must be 'auto', 'native' or 'js', got ${show(name)}`)
}

/**
 * Up to this many elements the TypeScript engine is used: a call into native costs more than making them. An estimate,
 * from the cost of a call and of seeding a lane.
 */
const CROSSING = 4

/**
 * The engine for `elements` elements of work on `out`. Memory shared between threads is filled by the TypeScript
 * engine: native code may only write memory that no other thread can touch.
 */
export function pickEngine(choice: EngineName | undefined, elements: number, out?: View): Engine {
  const name = choice ?? defaultEngine()
  const shared = out !== undefined && isShared(out)
  if (name === 'js') return jsEngine
  if (name === 'native') {
    if (shared) throw sharedMemory()
    const engine = nativeEngine()
    if (engine instanceof Error) throw engine
    return engine
  }
  if (shared || elements <= CROSSING) return jsEngine
  const engine = nativeEngine()
  return engine instanceof Error ? jsEngine : engine
}

function isShared(view: View): boolean {
  return typeof SharedArrayBuffer !== 'undefined' && view.buffer instanceof SharedArrayBuffer
}

function sharedMemory(): Error {
  const allowed = "use engine 'auto' or 'js'"
  return typeError(
    'ERR_SHARED_MEMORY',
    `out is a view on a SharedArrayBuffer, which engine 'native' refuses: ${allowed}`,
  )
}
