import type { Command } from 'commander'
import { verify } from '../../index.js'
import { EXIT, interruptible } from '../exit.js'
import { number, seed, wholeNumber } from '../options.js'
import { formatBytes, formatSeconds, print, printJson } from '../output.js'
import { meter } from '../progress.js'

interface VerifyFlags {
  sample?: number
  seed?: bigint
  threads?: number
  json?: boolean
}

/** `symbreak verify`: derives the tensors of a file again and compares the bytes. */
export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('derive the tensors of a checkpoint again from its own record and compare the bytes')
    .argument('<file>', 'a .safetensors file, or the .index.json of a sharded one, that `init` wrote')
    .option(
      '--sample <share>',
      'compare a random share of every tensor, such as 0.01 (default: every byte)',
      number,
    )
    .option('--seed <n>', 'decides which part a sample compares (default: another each time)', seed)
    .option('--threads <n>', 'upper bound on threads', wholeNumber(1))
    .option('--json', 'print one JSON document')
    .action(check)
}

async function check(path: string, { json = false, ...options }: VerifyFlags): Promise<void> {
  const bar = meter(true)
  const started = performance.now()
  const result = await interruptible((signal) =>
    verify(path, { ...options, signal, onProgress: bar.report }),
  ).finally(() => bar.stop())
  if (!result.ok) process.exitCode = EXIT.failed
  if (json) return printJson(result)
  const elapsed = performance.now() - started
  const looked = result.seed === undefined ? '' : `, sample of seed ${result.seed}`
  const size = `${result.tensors} tensors, ${formatBytes(result.bytes)}${looked}`
  if (result.ok) return print(`ok: ${size} are what their record says (${formatSeconds(elapsed)})`)
  print(`${result.mismatches.length} of ${size} differ:`)
  for (const { name, offset } of result.mismatches) print(`${name} from byte ${offset} on`)
}
