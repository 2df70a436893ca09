import { CommanderError } from 'commander'
import { note } from './output.js'

/** Exit codes: what a shell or a batch system sees. */
export const EXIT = { ok: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** A mistake in how the command was called. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Codes of refusals that name what the caller passed rather than what happened. */
const USAGE = new Set([
  'ERR_INVALID_SHAPE',
  'ERR_INVALID_SEED',
  'ERR_INVALID_PATH',
  'ERR_INVALID_ARGUMENT',
  'ERR_UNKNOWN_INITIALIZER',
])

/** Tells what went wrong on standard error and gives the exit code. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
  const { code, message } = error as { code?: unknown; message?: unknown }
  if (code === 'ERR_ABORTED') {
    note('interrupted')
    return EXIT.interrupted
  }
  note(`symbreak: ${String(message ?? error)}${typeof code === 'string' ? ` (${code})` : ''}`)
  return error instanceof UsageError || (typeof code === 'string' && USAGE.has(code))
    ? EXIT.usage
    : EXIT.failed
}

/**
 * Runs `work` with a signal that SIGINT and SIGTERM abort, so that an interrupted command cleans up after itself. A
 * second SIGINT ends the process at once.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController()
  const stop = (): void => controller.abort()
  process.once('SIGINT', stop)
  process.once('SIGTERM', stop)
  try {
    return await work(controller.signal)
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
