import type { Command } from 'commander'
import { verify } from '../../index.js'
import { EXIT, interruptible } from '../exit.js'
import { formatBytes, formatSeconds, print, printJson } from '../output.js'
import { meter } from '../progress.js'

/** `symbreak verify`: derives every tensor of a file again and compares the bytes. */
export function addVerify(program: Command): void {
  program
    .command('verify')
    .description('derive every tensor of a checkpoint again from its own record and compare the bytes')
    .argument('<file>', 'a .safetensors file, or the .index.json of a sharded one, that `init` wrote')
    .option('--json', 'print one JSON document')
    .action((path: string, options: { json?: boolean }) => check(path, options.json ?? false))
}

async function check(path: string, json: boolean): Promise<void> {
  const bar = meter(false)
  const started = performance.now()
  const result = await interruptible((signal) => verify(path, { signal, onProgress: bar.report })).finally(
    () => bar.stop(),
  )
  if (!result.ok) process.exitCode = EXIT.failed
  if (json) return printJson(result)
  const elapsed = performance.now() - started
  const size = `${result.tensors} tensors, ${formatBytes(result.bytes)}`
  if (result.ok) return print(`ok: ${size} are what their record says (${formatSeconds(elapsed)})`)
  print(`${result.mismatches.length} of ${size} differ:`)
  for (const { name, offset } of result.mismatches) print(`${name} from byte ${offset} on`)
}
