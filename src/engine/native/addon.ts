import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { plainError } from '../../errors.js'
import { environment } from '../environment.js'
import type * as Binding from './binding.cjs'

/** The addon's exports. */
export type Addon = typeof Binding

/** Systems and processors that have packages, and what those' names say after them; that for musl comes second. */
const PLATFORMS: Record<string, readonly string[]> = {
  'darwin-arm64': [''],
  'darwin-x64': [''],
  'linux-arm64': ['-gnu', '-musl'],
  'linux-x64': ['-gnu', '-musl'],
  'win32-arm64': ['-msvc'],
  'win32-x64': ['-msvc'],
}

/**
 * Loads the addon: the file that NAPI_RS_NATIVE_LIBRARY_PATH names, or the one that a build left beside this module, or
 * the one of the platform's package. napi's generated loader does the same in 36 kB.
 *
 * @throws `ERR_NATIVE_UNAVAILABLE` with the reason, and the advice for it
 */
export function loadAddon(version: string): Addon {
  const given = environment('NAPI_RS_NATIVE_LIBRARY_PATH')
  if (given !== undefined && given !== '') return required(given, version)
  const platforms = platformNames()
  if (platforms.length === 0) {
    throw unavailable(`there is no binary for ${process.platform} on ${process.arch}`)
  }
  // Opened by hand: Node's own search takes longer than all the rest of a first call.
  const found = platforms.map(installed).filter((path) => path !== undefined)
  // Some package managers install the binaries of both C libraries. Telling which is here takes as long as loading one.
  const [path] = found.length > 1 && isMusl() ? found.slice(1) : found
  if (path !== undefined) return opened(path, version)
  const name = `symbreak-${platformName()}`
  return required(name, version, `${name} is not installed`)
}

/** The addon of a platform beside this module, or where package managers put it. */
function installed(platform: string): string | undefined {
  const file = `symbreak.${platform}.node`
  let folder: string
  try {
    // Bundlers know `import.meta.url` alone, and of CommonJS not even that.
    // oxlint-disable-next-line unicorn/prefer-import-meta-properties
    folder = fileURLToPath(new URL('.', import.meta.url))
  } catch {
    return undefined
  }
  const places = [join(folder, file), join(folder, '..', '..', `symbreak-${platform}`, file)]
  return places.find((path) => existsSync(path))
}

function opened(path: string, version: string): Addon {
  const module = { exports: {} }
  try {
    if (isCut(path)) throw new Error('it is not complete')
    process.dlopen(module, path)
  } catch (error) {
    throw unavailable(`${path} could not be loaded`, error)
  }
  return checked(path, module.exports as Addon, version)
}

/**
 * Whether a file for Linux ends before its last part, the table of its sections: the system would load it, and kill the
 * process where it reads what is missing.
 */
function isCut(path: string): boolean {
  const bytes = new Uint8Array(64)
  const file = openSync(path, 'r')
  try {
    readSync(file, bytes, 0, bytes.length, 0)
    const header = new DataView(bytes.buffer)
    if (header.getUint32(0) !== ELF || bytes[4] !== 2) return false
    const end = header.getUint32(40, true) + header.getUint16(58, true) * header.getUint16(60, true)
    // Reading the last byte takes less of a first call than asking for the size.
    return readSync(file, bytes, 0, 1, end - 1) === 0
  } finally {
    closeSync(file)
  }
}

/** First bytes of a binary for Linux. */
const ELF = 0x7f454c46

/** By Node's search; `missing` is what is said where that finds nothing. */
function required(name: string, version: string, missing?: string): Addon {
  const broken = `${name} could not be loaded`
  let addon: Addon
  try {
    addon = createRequire(import.meta.url)(name) as Addon
  } catch (error) {
    const absent = (error as { code?: unknown }).code === 'MODULE_NOT_FOUND'
    throw unavailable(absent ? (missing ?? broken) : broken, error)
  }
  return checked(name, addon, version)
}

/** Refuses the addon of another version of the package. */
function checked(place: string, addon: Addon, version: string): Addon {
  const found = typeof addon.version === 'function' ? addon.version() : 'of an unknown version'
  if (found === version) return addon
  throw unavailable(`the addon found is ${found}, this package is ${version} (${place})`)
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

/** This platform as its packages are named; on Linux there is one for each C library. */
function platformNames(): string[] {
  const system = `${process.platform}-${process.arch}`
  return (PLATFORMS[system] ?? []).map((library) => system + library)
}

/** The package for this program. */
function platformName(): string | undefined {
  const names = platformNames()
  return names[names.length > 1 && isMusl() ? 1 : 0]
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
