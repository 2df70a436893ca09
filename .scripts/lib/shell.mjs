/** Commands as child processes: shown while they run, and failing loudly. */
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'

/** The repository's folder. */
export const root = fileURLToPath(new URL('../..', import.meta.url))

/** A path inside the repository. */
export const at = (...parts) => join(root, ...parts)

/** Path of the script that npm installed under this name, to be run by this very Node. */
export const bin = (name) => at('node_modules', '.bin', name)

/** Whether a command can be started at all. */
export function has(command) {
  return spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0
}

/**
 * Runs a command in the repository's folder with its output shown unless `show` is false, and returns what it printed.
 *
 * @returns a promise of `{ code, output }`; `code` is 1 when the command was killed or could not start
 */
export function attempt(command, args, { env = {}, cwd = root, show = true } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const printed = []
    const keep = (stream, target) =>
      stream.setEncoding('utf8').on('data', (text) => {
        printed.push(text)
        if (show) target.write(text)
      })
    keep(child.stdout, process.stdout)
    keep(child.stderr, process.stderr)
    child.on('error', (error) => resolve({ code: 1, output: String(error) }))
    child.on('close', (code) => resolve({ code: code ?? 1, output: printed.join('') }))
  })
}

/** As `attempt` with the terminal handed over (colours, progress bars); ends this process when the command fails. */
export function must(command, args, { env = {}, cwd = root } = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  })
  if (status === 0) return
  console.error(`\n${[command, ...args].join(' ')} failed${error ? `: ${error.message}` : ''}`)
  process.exit(status ?? 1)
}

/** As `must`, but only says whether the command succeeded. */
export function tries(command, args) {
  return spawnSync(command, args, { cwd: root, stdio: 'inherit' }).status === 0
}
