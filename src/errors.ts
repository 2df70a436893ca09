/** Codes that every refusal of this package carries in `code`. */
export type ErrorCode =
  | 'ERR_INVALID_SHAPE'
  | 'ERR_INVALID_SEED'
  | 'ERR_INVALID_PATH'
  | 'ERR_INVALID_ARGUMENT'
  | 'ERR_UNKNOWN_INITIALIZER'
  | 'ERR_LENGTH_MISMATCH'
  | 'ERR_SHARED_MEMORY'
  | 'ERR_OVERLAPPING_VIEWS'
  | 'ERR_NATIVE_UNAVAILABLE'
  | 'ERR_OUT_OF_MEMORY'
  | 'ERR_BAD_FILE'
  | 'ERR_IO'
  | 'ERR_ABORTED'
  | 'ERR_NOT_FINITE'
  | 'ERR_INTERNAL'

/** An error of this package: a TypeError, RangeError or Error with a `code`. */
export type SymbreakError = Error & { readonly code: ErrorCode }

const own = new WeakSet<Error>()

/** Whether an error is one of this package's, rather than of Node or the system. */
export function isOwnError(error: unknown): error is SymbreakError {
  return own.has(error as Error)
}

function coded<E extends Error>(error: E, code: ErrorCode): E & { readonly code: ErrorCode } {
  own.add(error)
  return Object.defineProperty(error, 'code', { value: code, enumerable: true }) as E & {
    readonly code: ErrorCode
  }
}

/** A value of the wrong type. */
export function typeError(code: ErrorCode, message: string, options?: ErrorOptions): SymbreakError {
  return coded(new TypeError(message, options), code)
}

/** A value of the right type outside its range. */
export function rangeError(code: ErrorCode, message: string, options?: ErrorOptions): SymbreakError {
  return coded(new RangeError(message, options), code)
}

/** The refusal of an argument of a wrong type. */
export function wrongType(argument: string, allowed: string, value: unknown): SymbreakError {
  return typeError('ERR_INVALID_ARGUMENT', mustBe(argument, allowed, value))
}

/** The refusal of an argument outside its range. */
export function wrongValue(argument: string, allowed: string, value: unknown): SymbreakError {
  return rangeError('ERR_INVALID_ARGUMENT', mustBe(argument, allowed, value))
}

/** The refusal of a tensor's shape. */
export function wrongShape(must: string, shape: readonly number[]): SymbreakError {
  return rangeError('ERR_INVALID_SHAPE', `shape must ${must}, got [${shape.join(', ')}]`)
}

/** The refusal of an array that has not as many elements as it must. */
export function wrongLength(argument: string, length: number, actual: number): SymbreakError {
  return rangeError('ERR_LENGTH_MISMATCH', `${argument} must have ${length} elements, got ${actual}`)
}

function mustBe(argument: string, allowed: string, value: unknown): string {
  return `${argument} must be ${allowed}, got ${show(value)}`
}

/** Anything else: files, memory, a missing addon. */
export function plainError(code: ErrorCode, message: string, options?: ErrorOptions): SymbreakError {
  return coded(new Error(message, options), code)
}

/** The fault of a file that was read. */
export function badFile(path: string, fault: string, cause?: unknown): SymbreakError {
  return plainError('ERR_BAD_FILE', `${path}: ${fault}`, cause === undefined ? undefined : { cause })
}

/** The error of a stopped run: named `AbortError`, with the signal's reason as its cause. */
export function abortError(signal?: AbortSignal): SymbreakError {
  const error = coded(new Error('the operation was aborted', { cause: signal?.reason }), 'ERR_ABORTED')
  error.name = 'AbortError'
  return error
}

/** Shows a value in a message: short, quoted where it is text, and safe on objects whose traps throw. */
export function show(value: unknown): string {
  try {
    return describe(value)
  } catch {
    return 'an object that cannot be read'
  }
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value)
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'symbol') return 'a symbol'
  if (Object.is(value, -0)) return '-0'
  if (Array.isArray(value))
    return value.length > 8 || value.some(isNested) ? `an array of ${value.length}` : list(value)
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`
  if (value !== null && typeof value === 'object') return 'an object'
  return String(value)
}

/** Arrays within arrays are not shown: they may contain themselves. */
function isNested(value: unknown): boolean {
  return typeof value === 'object' && value !== null
}

function list(values: readonly unknown[]): string {
  return `[${values.map(show).join(', ')}]`
}
