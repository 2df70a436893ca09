/** Compares the digests of a host with those that they must be and prints a line of the table of platforms. */
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'

const read = (file) => JSON.parse(readFileSync(file, 'utf8'))
const [label, ...files] = process.argv.slice(2)
const [reference, answer, grid] = files.map(read)
const golden = read(new URL('../../__test__/engine/golden.json', import.meta.url))
const differing = golden.filter((digest, i) => digest !== grid[i]).length
const same =
  isDeepStrictEqual(reference.digests, answer.digests) && differing === 0 && grid.length === golden.length
const verdict = same ? `equal, ${grid.length} golden` : `DIFFERENT, ${differing} golden`
console.log(`| ${label} | ${answer.node} | ${answer.engine} | ${answer.kernel} | ${verdict} |`)
process.exitCode = same && answer.engine === 'native' ? 0 : 1
