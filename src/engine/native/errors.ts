import { isOwnError, plainError, rangeError, type ErrorCode, type SymbreakError } from '../../errors.js'

const PATTERN = /^(ERR_[A-Z_]+): (.*)$/s

/** Turns an error of the addon, whose message is `CODE: text`, into a typed error. */
export function translate(error: unknown): SymbreakError {
  if (isOwnError(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  const [, code, text] = PATTERN.exec(message) ?? []
  if (code === undefined || text === undefined) return plainError('ERR_INTERNAL', message, { cause: error })
  if (code === 'ERR_ABORTED') return Object.assign(plainError('ERR_ABORTED', text), { name: 'AbortError' })
  if (code === 'ERR_INVALID_ARGUMENT') return rangeError(code, text)
  return plainError(code as ErrorCode, text)
}

/** Calls into the addon with its errors translated. */
export function translated<T>(call: () => T): T {
  try {
    return call()
  } catch (error) {
    throw translate(error)
  }
}

/** Awaits the addon with its errors translated. */
export async function translatedAsync<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw translate(error)
  }
}
