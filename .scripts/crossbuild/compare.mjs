/** Compares the digests of two runs of the packaging program and prints a line of the table of platforms. */
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'

const [label, ...files] = process.argv.slice(2)
const [reference, answer] = files.map((file) => JSON.parse(readFileSync(file, 'utf8')))
const same = isDeepStrictEqual(reference.digests, answer.digests)
console.log(
  `| ${label} | ${answer.node} | ${answer.engine} | ${answer.kernel} | ${same ? 'equal' : 'DIFFERENT'} |`,
)
process.exitCode = same && answer.engine === 'native' ? 0 : 1
