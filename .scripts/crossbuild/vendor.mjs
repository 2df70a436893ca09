/**
 * A directory source for building Rust's standard library offline: links to the dependencies that Debian's source
 * package carries, and empty crates for those that its lock file names but no platform here compiles.
 *
 *   node vendor.mjs LIBRARY OUT
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Features that the standard library turns on in crates that are empty here. */
const FEATURES = {
  cc: ['parallel'],
  rand: ['alloc', 'small_rng', 'std'],
  'windows-sys': ['Win32_Foundation', 'Win32_Globalization', 'Win32_System_Com'],
}

const [library, out] = process.argv.slice(2)
rmSync(out, { recursive: true, force: true })
mkdirSync(out, { recursive: true })
for (const name of readdirSync(join(library, 'vendor')))
  symlinkSync(resolve(library, 'vendor', name), join(out, name))

const field = (entry, key) => new RegExp(`^${key} = "(.*)"$`, 'm').exec(entry)?.[1]
for (const entry of readFileSync(join(library, 'Cargo.lock'), 'utf8').split('[[package]]').slice(1)) {
  const [name, version, checksum] = ['name', 'version', 'checksum'].map((key) => field(entry, key))
  const folder = join(out, `${name}-${version}`)
  if (field(entry, 'source') === undefined || existsSync(folder)) continue
  mkdirSync(join(folder, 'src'), { recursive: true })
  const features = (FEATURES[name] ?? []).map((feature) => `${feature} = []\n`).join('')
  writeFileSync(
    join(folder, 'Cargo.toml'),
    `[package]\nname = "${name}"\nversion = "${version}"\nedition = "2021"\n[features]\n${features}`,
  )
  writeFileSync(join(folder, 'src', 'lib.rs'), '')
  writeFileSync(join(folder, '.cargo-checksum.json'), JSON.stringify({ files: {}, package: checksum }))
}
