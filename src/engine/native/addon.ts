import { createRequire } from 'node:module'
import { plainError } from '../../errors.js'
import type * as Binding from './binding.cjs'

/** The generated loader's exports. */
export type Addon = typeof Binding

/** Loads the addon through napi's generated loader. */
export function loadAddon(version: string): Addon {
  let addon: Addon
  try {
    addon = createRequire(import.meta.url)('./binding.cjs') as Addon
  } catch (error) {
    throw unavailable('no addon could be loaded', error)
  }
  if (typeof addon.version !== 'function' || addon.version() !== version) {
    const found = typeof addon.version === 'function' ? addon.version() : 'of an unknown version'
    throw unavailable(`the addon found is ${found}, this package is ${version}`)
  }
  return addon
}

function unavailable(reason: string, cause?: unknown): Error {
  const target = platformPackage()
  const message =
    `the native engine is unavailable: ${reason}. It comes in the optional dependency ${target}; npm may have left it ` +
    'out of a lock file made on another platform (npm/cli#4828: remove node_modules and package-lock.json and install ' +
    "again). engine 'auto' falls back to the TypeScript engine, which gives the same bits"
  return plainError('ERR_NATIVE_UNAVAILABLE', message, { cause })
}

/** Name of the package that carries this platform's binary. */
function platformPackage(): string {
  const { platform, arch } = process
  if (platform === 'linux') return `symbreak-linux-${arch}-${isMusl() ? 'musl' : 'gnu'}`
  if (platform === 'win32') return `symbreak-win32-${arch}-msvc`
  return `symbreak-${platform}-${arch}`
}

function isMusl(): boolean {
  const { header } = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
  return header?.glibcVersionRuntime === undefined
}
