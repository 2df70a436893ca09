import type { Command } from 'commander'
import { systemInfo } from '../../index.js'
import { print, printJson } from '../output.js'

/** `symbreak doctor`: which engine and kernel do the work here, and why not native. */
export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description(
      'tell which engine and kernel do the work on this machine, and why the native one did not load',
    )
    .option('--json', 'print one JSON document')
    .action((options: { json?: boolean }) => {
      const info = systemInfo()
      if (options.json) return printJson({ ...info, node: process.version })
      print(`symbreak ${info.version} on ${info.platform}, Node ${process.version}`)
      print(`engine   ${info.engine}`)
      print(
        `kernel   ${info.kernel}${info.kernels.length > 1 ? ` (this CPU runs ${info.kernels.join(', ')})` : ''}`,
      )
      print(`threads  ${info.threads}`)
      if (info.nativeError !== undefined)
        print(`native   did not load: ${info.nativeError.replaceAll('\n', '\n         ')}`)
    })
}
