import { closeSync, openSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { plainError } from '../../errors.js'
import { environment } from '../environment.js'
import type * as Binding from './binding.cjs'

/** The addon's exports. */
export type Addon = typeof Binding

/** Systems and processors that have a package of their own, and what its name says after them. */
const PLATFORMS: Record<string, string> = {
  'darwin-arm64': '',
  'darwin-x64': '',
  'linux-arm64': '-gnu',
  'linux-x64': '-gnu',
  'win32-arm64': '-msvc',
  'win32-x64': '-msvc',
}

/**
 * Loads the addon: the file that NAPI_RS_NATIVE_LIBRARY_PATH names, or the one that a build left beside this module, or
 * the one of the platform's package. napi's generated loader does the same in 36 kB.
 *
 * @throws `ERR_NATIVE_UNAVAILABLE` with the reason, and the advice for it
 */
export function loadAddon(version: string): Addon {
  const require = createRequire(import.meta.url)
  const given = environment('NAPI_RS_NATIVE_LIBRARY_PATH')
  if (given !== undefined && given !== '') return load(require, given, version)
  const platform = platformName()
  if (platform === undefined) {
    throw unavailable(`there is no binary for ${process.platform} on ${process.arch}`)
  }
  const file = `./symbreak.${platform}.node`
  if (finds(require, file)) return load(require, file, version)
  const name = `symbreak-${platform}`
  if (finds(require, name)) return load(require, name, version)
  throw unavailable(`${name} is not installed`)
}

function load(require: NodeJS.Require, place: string, version: string): Addon {
  let addon: Addon
  try {
    addon = require(place) as Addon
  } catch (error) {
    throw unavailable(`${place} could not be loaded`, error)
  }
  const found = typeof addon.version === 'function' ? addon.version() : 'of an unknown version'
  if (found === version) return addon
  throw unavailable(`the addon found is ${found}, this package is ${version} (${require.resolve(place)})`)
}

/** Whether there is such a module at all, of which only its loading could tell more. */
function finds(require: NodeJS.Require, place: string): boolean {
  try {
    require.resolve(place)
    return true
  } catch (error) {
    return (error as { code?: unknown }).code !== 'MODULE_NOT_FOUND'
  }
}

function unavailable(reason: string, cause?: unknown): Error {
  const platform = platformName()
  const advice =
    platform === undefined
      ? ''
      : ` It comes in the optional dependency symbreak-${platform}, which npm leaves out of a lock file made on another ` +
        'platform (npm/cli#4828): remove node_modules and package-lock.json and install again.'
  const message = `the native engine is unavailable: ${reason}.${advice} engine 'auto' falls back to the TypeScript engine, which gives the same bits`
  return plainError('ERR_NATIVE_UNAVAILABLE', message, { cause })
}

/** This platform as the packages are named for it, as linux-x64-musl; undefined where there is no package. */
function platformName(): string | undefined {
  const system = `${process.platform}-${process.arch}`
  const library = PLATFORMS[system]
  if (library === undefined) return undefined
  return system + (library === '-gnu' && isMusl() ? '-musl' : library)
}

/** Whether this program was linked for musl: its header names the dynamic loader. */
function isMusl(): boolean {
  try {
    const file = openSync(process.execPath, 'r')
    try {
      const header = Buffer.alloc(4096)
      readSync(file, header, 0, header.length, 0)
      return header.includes('/ld-musl-')
    } finally {
      closeSync(file)
    }
  } catch {
    return false
  }
}
