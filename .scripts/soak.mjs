/**
 * `npm run soak [-- name...]`: 100,000 calls of each public function, on an addon that counts the bytes that Rust holds
 * (its feature `track-allocations`). Fails where they do not come back to what they were, or where the resident set
 * grows in every round. SYMBREAK_SOAK sets another number of calls. The suite runs a shorter form without the counting.
 */
import { copyFileSync } from 'node:fs'
import { at, attempt, must } from './lib/shell.mjs'
import { setup } from './setup.mjs'

/** What an allocator may keep of a round. */
const NOISE = 4 << 20

setup()
const target = at('.out', 'soak')
const features = ['--features', 'track-allocations', '--target-dir', target]
must('cargo', ['build', '--quiet', '--locked', '--package', 'symbreak-node', ...features])
const library = at('.out', 'soak', 'symbreak.counting.node')
copyFileSync(at('.out', 'soak', 'debug', 'libsymbreak_node.so'), library)

const env = { SYMBREAK_SOAK: process.env.SYMBREAK_SOAK ?? '100000', NAPI_RS_NATIVE_LIBRARY_PATH: library }
const program = [at('__test__', 'memory', 'soak.mjs'), ...process.argv.slice(2)]
const { code, output } = await attempt(process.execPath, ['--expose-gc', ...program], { env })
const results = code === 0 ? JSON.parse(output.trimEnd().split('\n').at(-1)) : {}
const grown = Object.entries(results).filter(([, { resident, live }]) => live > 0 || resident > NOISE)
for (const [name, growth] of grown) console.error(`${name} leaves memory behind: ${JSON.stringify(growth)}`)
console.log(`${Object.keys(results).length} functions, ${grown.length} of them leave memory behind`)
process.exitCode = code === 0 && grown.length === 0 ? 0 : 1
