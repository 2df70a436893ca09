import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { plainError } from '../../errors.js'
import { environment } from '../environment.js'
import { type Binary, installedBinary, packageName } from './binaries.js'
import type * as Binding from './binding.cjs'

/** Names a binary to be loaded instead of the installed one: the variable that all of napi's loaders know. */
const VARIABLE = 'NAPI_RS_NATIVE_LIBRARY_PATH'

/** The addon's exports. */
export type Addon = typeof Binding

/**
 * Loads the addon: the file that NAPI_RS_NATIVE_LIBRARY_PATH names, or the one that a build left beside this module, or
 * the one of the platform's package. napi's generated loader does the same in 36 kB.
 *
 * @throws `ERR_NATIVE_UNAVAILABLE` with the reason, and the advice for it
 */
export function loadAddon(version: string): Addon {
  const given = environment(VARIABLE)
  if (given) return opened({ path: resolve(given) }, version, `, which ${VARIABLE} names,`)
  // Opened by hand: Node's own search takes longer than all the rest of a first call.
  const binary = installedBinary()
  if (binary !== undefined) return opened(binary, version)
  const name = packageName()
  if (name === undefined) throw unavailable(`there is no binary for ${process.platform} on ${process.arch}`)
  return required(name, version)
}

/** @param which - said of the path where it can't be loaded */
function opened({ path, fault }: Binary, version: string, which = ''): Addon {
  const module = { exports: {} }
  try {
    if (fault !== undefined) throw fault
    process.dlopen(module, path)
  } catch (error) {
    throw unavailable(`${path}${which} could not be loaded`, error)
  }
  return checked(path, module.exports as Addon, version)
}

/** This platform's package, by Node's search. */
function required(name: string, version: string): Addon {
  let addon: Addon
  try {
    addon = createRequire(import.meta.url)(name) as Addon
  } catch (error) {
    const absent = (error as { code?: unknown }).code === 'MODULE_NOT_FOUND'
    throw unavailable(`${name} ${absent ? 'is not installed' : 'could not be loaded'}`, error, absent)
  }
  return checked(name, addon, version)
}

/** Refuses the addon of another version of the package. */
function checked(place: string, addon: Addon, version: string): Addon {
  const found = typeof addon.version === 'function' ? addon.version() : 'of an unknown version'
  if (found === version) return addon
  throw unavailable(`the addon found is ${found}, this package is ${version} (${place})`)
}

/** @param missing - whether the package isn't there, for which there is advice */
function unavailable(reason: string, cause?: unknown, missing = false): Error {
  const name = packageName()
  const advice =
    name === undefined || !missing
      ? ''
      : ` It comes in the optional dependency ${name}, which npm leaves out of a lock file made on another ` +
        'platform (npm/cli#4828): remove node_modules and package-lock.json and install again.'
  const message = `the native engine is unavailable: ${reason}.${advice} engine 'auto' falls back to the TypeScript engine, which gives the same bits`
  return plainError('ERR_NATIVE_UNAVAILABLE', message, { cause })
}
