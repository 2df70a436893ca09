import { createRequire } from 'node:module'
import { plainError } from '../../errors.js'
import { environment } from '../environment.js'
import { type Binary, installedBinary, packageName } from './binaries.js'
import type * as Binding from './binding.cjs'

/** The addon's exports. */
export type Addon = typeof Binding

/**
 * Loads the addon: the file that NAPI_RS_NATIVE_LIBRARY_PATH names, or the one that a build left beside this module, or
 * the one of the platform's package. napi's generated loader does the same in 36 kB.
 *
 * @throws `ERR_NATIVE_UNAVAILABLE` with the reason, and the advice for it
 */
export function loadAddon(version: string): Addon {
  const given = environment('NAPI_RS_NATIVE_LIBRARY_PATH')
  if (given !== undefined && given !== '') return required(given, version)
  // Opened by hand: Node's own search takes longer than all the rest of a first call.
  const binary = installedBinary()
  if (binary !== undefined) return opened(binary, version)
  const name = packageName()
  if (name === undefined) throw unavailable(`there is no binary for ${process.platform} on ${process.arch}`)
  return required(name, version, `${name} is not installed`)
}

function opened({ path, fault }: Binary, version: string): Addon {
  const module = { exports: {} }
  try {
    if (fault !== undefined) throw fault
    process.dlopen(module, path)
  } catch (error) {
    throw unavailable(`${path} could not be loaded`, error)
  }
  return checked(path, module.exports as Addon, version)
}

/** By Node's search; `missing` is what is said where that finds nothing. */
function required(name: string, version: string, missing?: string): Addon {
  const broken = `${name} could not be loaded`
  let addon: Addon
  try {
    addon = createRequire(import.meta.url)(name) as Addon
  } catch (error) {
    const absent = (error as { code?: unknown }).code === 'MODULE_NOT_FOUND'
    throw unavailable(absent ? (missing ?? broken) : broken, error, absent)
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
