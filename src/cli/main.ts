#!/usr/bin/env node
import { Command } from 'commander'
import { packageVersion } from '../version.js'
import { addBench } from './commands/bench.js'
import { addCompare } from './commands/compare.js'
import { addDoctor } from './commands/doctor.js'
import { addInit } from './commands/init.js'
import { addReport } from './commands/report.js'
import { addTrain } from './commands/train.js'
import { addVerify } from './commands/verify.js'
import { EXIT, exitCodeOf } from './exit.js'
import { note } from './output.js'

const program = new Command('symbreak')
  .description(
    'The weights a neural network starts from: correct, fast, and the same bits for the same seed everywhere',
  )
  .version(packageVersion)
  .exitOverride()
  .showHelpAfterError()

for (const add of [addInit, addVerify, addTrain, addCompare, addReport, addBench, addDoctor]) add(program)
// Every command refuses in the same way.
for (const command of program.commands) command.exitOverride().showHelpAfterError()

// A reader that has seen enough, such as `head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  note(`symbreak: cannot write to standard output: ${error.message} (ERR_IO)`)
  process.exit(EXIT.failed)
})

program.parseAsync().catch((error: unknown) => {
  process.exitCode = exitCodeOf(error)
})
