/**
 * `npm run release:check`: the gate before anything is published. Packs the root and every platform package and looks
 * into each tarball: the files it must hold and no others, versions, sizes, and a binary of the format that its name says.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { at } from './lib/shell.mjs'

/** First bytes of a binary, and where its machine type is. */
const FORMATS = {
  'linux-x64': (bytes) => bytes.toString('latin1', 0, 4) === '\u007fELF' && bytes.readUInt16LE(18) === 0x3e,
  'linux-arm64': (bytes) => bytes.toString('latin1', 0, 4) === '\u007fELF' && bytes.readUInt16LE(18) === 0xb7,
  'darwin-x64': (bytes) => bytes.readUInt32LE(0) === 0xfeedfacf && bytes.readUInt32LE(4) === 0x01000007,
  'darwin-arm64': (bytes) => bytes.readUInt32LE(0) === 0xfeedfacf && bytes.readUInt32LE(4) === 0x0100000c,
  'win32-x64': (bytes) => machineOfPortableExecutable(bytes) === 0x8664,
  'win32-arm64': (bytes) => machineOfPortableExecutable(bytes) === 0xaa64,
}

function machineOfPortableExecutable(bytes) {
  return bytes.toString('latin1', 0, 2) === 'MZ'
    ? bytes.readUInt16LE(bytes.readUInt32LE(0x3c) + 4)
    : undefined
}

const problems = []
const check = (name, holds, problem) => holds || problems.push(`${name}: ${problem}`)
const manifestOf = (folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** What npm would publish from a folder; nothing of the package's own is run. */
function packed(folder) {
  const destination = mkdtempSync(join(tmpdir(), 'symbreak-release-'))
  const args = ['pack', '--json', '--ignore-scripts', '--pack-destination', destination]
  const report = Object.values(JSON.parse(execFileSync('npm', args, { cwd: folder, encoding: 'utf8' })))[0]
  return { ...report, files: report.files.map(({ path }) => path).toSorted() }
}

const main = manifestOf(at())
const root = packed(at())
check(main.name, root.unpackedSize <= 400_000, `${root.unpackedSize} bytes unpacked`)
for (const file of [
  'LICENSE',
  'README.md',
  'dist/index.js',
  'dist/index.d.ts',
  'dist/js.js',
  'dist/cli/main.js',
]) {
  check(main.name, root.files.includes(file), `lacks ${file}`)
}
check(main.name, !root.files.some((file) => file.endsWith('.node')), 'holds a binary')

for (const platform of readdirSync(at('npm'), { withFileTypes: true }).filter((entry) =>
  entry.isDirectory(),
)) {
  const folder = at('npm', platform.name)
  const { name, version, main: binary, os, cpu } = manifestOf(folder)
  check(name, version === main.version, `is version ${version}, the root is ${main.version}`)
  const report = packed(folder)
  const expected = ['README.md', 'package.json', binary].toSorted()
  if (report.files.join() !== expected.join()) {
    check(name, false, `holds ${report.files.join(' ')} instead of ${expected.join(' ')}`)
    continue
  }
  check(name, report.size <= 2_000_000, `${report.size} bytes packed`)
  check(
    name,
    FORMATS[`${os[0]}-${cpu[0]}`](readFileSync(join(folder, binary))),
    'its binary is for another platform',
  )
}

for (const problem of problems) console.error(problem)
console.log(problems.length === 0 ? 'every tarball is as it should be' : `${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
