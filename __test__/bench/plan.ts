/**
 * `npm run bench -- plan [folder...] [--python PATH]`: GPT-2 small, 124 M weights of a normal law: into memory that is there,
 * into fresh memory, and to a file in each folder (where none is named: the system's for temporary files, and /dev/shm)
 * beside the same bytes written from memory; torch's normal_, where a Python has it; and the memory of a process that
 * writes the file.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { planFromFile, systemInfo } from '../../dist/index.js'
import { IMPORT, inFreshNode } from './lib/fresh.js'
import { inTurns, least } from './lib/measure.js'
import { besidePeers } from './lib/peers.js'
import { printLegend, printMachine, printRow, printTimes } from './lib/print.js'

const MODEL = fileURLToPath(new URL('../data/models/gpt2.json', import.meta.url))
const OPTIONS = {
  seed: 42,
  rules: [{ match: '*', init: { class_name: 'RandomNormal', config: { stddev: 0.02 } } }],
}
const gpt2 = await planFromFile(MODEL, OPTIONS)

const show = (time: number) =>
  `${(time / 1000).toFixed(3)} s, ${(gpt2.byteLength / time / 1e6).toFixed(2)} GB/s`

async function intoMemory(python: string | undefined): Promise<void> {
  const tensors = gpt2.create()
  const all = new Float32Array(gpt2.size).fill(1)
  for (const threads of [1, 2]) {
    await besidePeers(python, 'samplers', threads, async (ask) => {
      const times = await least(3, async () => ({
        ...(await inTurns({ fill: () => gpt2.fill(tensors, { threads }), constant: () => all.fill(1) }, 1)),
        ...(await ask(`normal f32 of ${gpt2.size}`, gpt2.size)),
      }))
      printTimes(`fill, ${threads} threads`, times, show)
    })
  }
}

async function intoFreshMemory(): Promise<void> {
  const constant = () => new Float32Array(gpt2.size).fill(1)
  for (const threads of [1, 2]) {
    const works = { create: () => gpt2.create({ threads }), 'new and fill(1)': constant }
    printTimes(`create, ${threads} threads`, await inTurns(works, 3, { collects: true }), show)
  }
}

/** Writes bytes that are in memory, and returns when they are on the disk. */
function writeBytes(path: string, bytes: Uint8Array): void {
  const file = openSync(path, 'w')
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
}

/** Gives work the path of a file in a folder of its own, which is removed. */
async function inFolder(parent: string, work: (path: string) => unknown): Promise<void> {
  const folder = mkdtempSync(join(parent, 'symbreak-bench-'))
  try {
    await work(join(folder, 'gpt2.safetensors'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Both write a new file: to replace one takes as long again on a disk in memory. */
async function toFile(path: string): Promise<void> {
  await gpt2.write(path)
  const bytes = readFileSync(path)
  const fresh = (write: () => unknown) => () => {
    rmSync(path)
    return write()
  }
  const works = { write: fresh(() => gpt2.write(path)), 'from memory': fresh(() => writeBytes(path, bytes)) }
  printTimes(
    `file in ${path.split('/symbreak-bench-')[0]}`,
    await inTurns(works, 3, { milliseconds: 0 }),
    show,
  )
}

/** Code that prints the most memory that its process has had, in MB; Linux tells a parent's as that of its child. */
const PEAK = `const { readFileSync } = await import('node:fs')
const [, kilobytes] = process.platform === 'linux' ? /VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status')) : []
console.log((kilobytes ?? process.resourceUsage().maxRSS) * 1.024e-3)`

/** Memory of a process that writes the file. */
function residentSet(path: string): void {
  const make = `const plan = await planFromFile(${JSON.stringify(MODEL)}, ${JSON.stringify(OPTIONS)})`
  const load = `const { planFromFile } = ${IMPORT}\n${make}`
  const peak = (work: string) => `${inFreshNode(`${load}\n${work}\n${PEAK}`).toFixed(0)} MB`
  const columns = {
    'that writes': peak(`await plan.write(${JSON.stringify(path)})`),
    'that only plans': peak(''),
  }
  printRow('resident set of a process', columns)
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { python: { type: 'string' } } })
const folders =
  positionals.length > 0 ? positionals : [tmpdir(), '/dev/shm'].filter((path) => existsSync(path))
printMachine(systemInfo())
await intoMemory(values.python)
await intoFreshMemory()
for (const folder of folders) await inFolder(folder, toFile)
await inFolder(folders[0] as string, residentSet)
printLegend()
