/**
 * Makes a clone ready to run: Node modules, native addon, TypeScript; each only when it is missing or out of date.
 * Uses nothing but Node itself, since it runs before `npm install`. (`npm ci` refuses the lock file: it lacks optional packages that want a newer Node.)
 */
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { at, has, must, tries } from './lib/shell.mjs'
import { filesBelow, isStale, modified } from './lib/stale.mjs'

const nativeFolder = at('src', 'engine', 'native')

/** Installs what the lock file says, when node_modules is missing or older than it. */
function installModules() {
  if (!isStale(at('node_modules', '.package-lock.json'), [at('package-lock.json')])) return
  console.error('setup: installing Node modules')
  const install = ['install', '--no-save', '--prefer-offline', '--no-audit', '--no-fund']
  // A registry that hiccups gets a second try.
  if (!tries('npm', install)) must('npm', install)
}

/** Path of the addon built for this machine, if there is one. */
function builtAddon() {
  const name = readdirSync(nativeFolder).find((file) => file.endsWith('.node'))
  return name === undefined ? undefined : join(nativeFolder, name)
}

const isNoSource = (path) => /crates\/(benches|stat-tests)$|\/tests$|\.md$/.test(path.replaceAll('\\', '/'))

/** Sources of the addon: its crates, but not their tests, nor the crates that only test and measure. */
function nativeSources() {
  return [at('Cargo.toml'), at('Cargo.lock'), ...filesBelow(at('crates'), isNoSource)]
}

/** Builds the addon when its sources are newer; without cargo there is only the TypeScript engine. */
function buildNative() {
  const addon = builtAddon()
  if (addon !== undefined && !isStale(addon, nativeSources())) return
  if (!has('cargo')) {
    console.error(
      'setup: no Rust toolchain here, so no native addon: the TypeScript engine gives the same bits',
    )
    return
  }
  console.error('setup: building the native addon')
  must(process.execPath, [at('.scripts', 'build-native.mjs')])
}

/** Compiles TypeScript to dist when a source, or the addon that is copied beside it, is newer. */
function buildTypeScript() {
  const addon = builtAddon()
  const sources = [at('tsconfig.json'), at('package.json'), ...filesBelow(at('src'))]
  const entry = at('dist', 'index.js')
  const copied = addon === undefined || existsSync(at('dist', basename(addon)))
  if (copied && modified(entry) !== undefined && !isStale(entry, sources)) return
  console.error('setup: compiling TypeScript')
  must(process.execPath, [at('.scripts', 'build-ts.mjs')])
}

export function setup() {
  installModules()
  buildNative()
  buildTypeScript()
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) setup()
