import { plainError, typeError } from '../errors.js'
import type { Engine, LongTail } from './engine.js'
import { jsEngine } from './js/index.js'
import type { View } from './law.js'
import { isShared } from '../realm.js'
import { oneOf } from '../validate.js'
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
  // `symbreak/js` may have looked for it already.
  failure = undefined
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

let fallback: EngineName | undefined

/**
 * The default of every `engine` option: `SYMBREAK_ENGINE` as it was when first needed, else 'auto'. Reading the
 * environment costs more than making a handful of values.
 */
export function defaultEngine(): EngineName {
  if (fallback !== undefined) return fallback
  const name = environment('SYMBREAK_ENGINE')
  fallback = name === undefined || name === '' ? 'auto' : checkEngine(name, 'SYMBREAK_ENGINE')
  return fallback
}

/** Refuses anything but an engine's name. */
export function checkEngine(name: unknown, argument = 'engine'): EngineName {
  return oneOf(name, argument, ['auto', 'native', 'js'])
}

/**
 * The engine for `elements` elements of work on `out`. Memory shared between threads is filled by the TypeScript
 * engine: native code may only write memory that no other thread can touch.
 *
 * @param crossing - up to this many elements the TypeScript engine is the faster one
 */
export function pickEngine(
  choice: EngineName | undefined,
  elements: number,
  out?: View,
  crossing = 0,
  argument = 'out',
): Engine {
  const name = choice ?? defaultEngine()
  if (name === 'js') return jsEngine
  const shared = out !== undefined && isShared(out.buffer)
  if (name === 'native') {
    if (shared) throw sharedMemory(argument, "use engine 'auto' or 'js'")
    return nativeOrThrow()
  }
  if (shared || elements <= crossing) return jsEngine
  const engine = nativeEngine()
  return engine instanceof Error ? jsEngine : engine
}

/**
 * The long tail of distributions, which the native engine alone has.
 *
 * @throws `ERR_NATIVE_UNAVAILABLE`, also where the TypeScript engine was asked for; `ERR_SHARED_MEMORY`
 */
export function longTailOf(choice: EngineName | undefined, out?: View): LongTail {
  if ((choice ?? defaultEngine()) === 'js') {
    const message = "the TypeScript engine has no such distributions: engine must be 'auto' or 'native'"
    throw plainError('ERR_NATIVE_UNAVAILABLE', message)
  }
  const { longTail } = nativeOrThrow()
  if (longTail === undefined)
    throw plainError('ERR_NATIVE_UNAVAILABLE', 'this engine has no such distributions')
  if (out !== undefined && isShared(out.buffer))
    throw sharedMemory('out', 'pass a length or memory of your own')
  return longTail
}

function nativeOrThrow(): Engine {
  const engine = nativeEngine()
  if (engine instanceof Error) throw engine
  return engine
}

function sharedMemory(argument: string, allowed: string): Error {
  return typeError(
    'ERR_SHARED_MEMORY',
    `${argument} is a view on a SharedArrayBuffer, which the native engine refuses: ${allowed}`,
  )
}
