import { isOwnError, plainError } from '../errors.js'

/** A failure of the operating system, or of Node on the way to it, as `ERR_IO`; errors of this package pass unchanged. */
export function ioError(what: string, error: unknown): Error {
  if (isOwnError(error)) return error
  const reason = error instanceof Error ? error.message : String(error)
  return plainError('ERR_IO', `${what}: ${reason}`, { cause: error })
}

/** A handler of failures that throws them as `ioError` does. */
export function raiseIo(what: string): (error: unknown) => never {
  return (error) => {
    throw ioError(what, error)
  }
}
