import { closeSync, existsSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** A binary of the addon that is here. */
export interface Binary {
  readonly path: string
  /** Why it must not be loaded. */
  readonly fault?: Error
}

/** Systems and processors that have packages, and what those' names say after them; that for musl comes second. */
const PLATFORMS: Record<string, readonly string[]> = {
  'darwin-arm64': [''],
  'darwin-x64': [''],
  'linux-arm64': ['-gnu', '-musl'],
  'linux-x64': ['-gnu', '-musl'],
  'win32-arm64': ['-msvc'],
  'win32-x64': ['-msvc'],
}

/** First bytes of a binary for Linux. */
const ELF = 0x7f454c46

/** This platform as its packages are named; on Linux there is one for each C library. */
const NAMES = namesOf(`${process.platform}-${process.arch}`)

/** Looked for when the package is imported: later it would be a quarter of a first call. */
const FOUND = NAMES.map(installed)
  .filter((path) => path !== undefined)
  .map(looked)

/**
 * The binary for this program, or undefined. Some package managers install those of both C libraries; telling which of
 * these is here takes as long as loading one.
 */
export function installedBinary(): Binary | undefined {
  return FOUND[FOUND.length > 1 && isMusl() ? 1 : 0]
}

/** The name of this platform's package, or undefined where there is none. */
export function packageName(): string | undefined {
  const name = NAMES[NAMES.length > 1 && isMusl() ? 1 : 0]
  return name && `symbreak-${name}`
}

function namesOf(system: string): string[] {
  return (PLATFORMS[system] ?? []).map((library) => system + library)
}

/** The binary of a platform beside this module, or where package managers put it. */
function installed(platform: string): string | undefined {
  const file = `symbreak.${platform}.node`
  try {
    // Bundlers know `import.meta.url` alone, and of CommonJS not even that.
    // oxlint-disable-next-line unicorn/prefer-import-meta-properties
    const folder = fileURLToPath(new URL('.', import.meta.url))
    const places = [join(folder, file), join(folder, '..', '..', `symbreak-${platform}`, file)]
    return places.find((path) => existsSync(path))
  } catch {
    // Nor may everybody look everywhere: Node's permissions.
    return undefined
  }
}

function looked(path: string): Binary {
  try {
    return isCut(path) ? { path, fault: new Error('it is not complete') } : { path }
  } catch (error) {
    return { path, fault: error as Error }
  }
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
    return readSync(file, bytes, 0, 1, end - 1) === 0
  } finally {
    closeSync(file)
  }
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
