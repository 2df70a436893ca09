import { wrongValue } from '../errors.js'

/** The value of `SYMBREAK_THREADS`: a positive whole number, or undefined where it is not set. */
export function checkThreads(text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined
  const threads = Number(text)
  if (Number.isInteger(threads) && threads >= 1 && threads <= 1024) return threads
  throw wrongValue('SYMBREAK_THREADS', 'a whole number from 1 to 1024', text)
}
