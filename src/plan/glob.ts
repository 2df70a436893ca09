import { wrongType } from '../errors.js'
import { isOf } from '../realm.js'

/** Whether a tensor's name is meant by a rule. */
export type Matcher = (name: string) => boolean

/**
 * A rule's pattern: a glob for the whole name, case-sensitive, in which `*` is any run of characters (`/` and `.` too)
 * and `?` is one; or a RegExp that is found anywhere in the name (a sticky one where the name begins).
 *
 * @throws `ERR_INVALID_ARGUMENT` for anything else
 */
export function matcherOf(match: unknown, argument: string): Matcher {
  if (typeof match === 'string') {
    const glob = [...match]
    return (name) => matchesGlob(glob, [...name])
  }
  if (isOf(match, 'RegExp')) {
    const { source, flags } = match as RegExp
    // A global one would keep a place between tests, and a sticky one does: it is that of the name's first character.
    const stateless = new RegExp(source, flags.replace('g', ''))
    return (name) => {
      stateless.lastIndex = 0
      return stateless.test(name)
    }
  }
  throw wrongType(argument, 'a glob or a RegExp', match)
}

/** Compares from left to right; on a mismatch the last `*` takes one character more, so no pattern is slow. */
function matchesGlob(glob: readonly string[], name: readonly string[]): boolean {
  let g = 0
  let n = 0
  let star = -1
  let resume = 0
  while (n < name.length) {
    if (glob[g] === '*') {
      star = g++
      resume = n
    } else if (glob[g] === '?' || (g < glob.length && glob[g] === name[n])) {
      g++
      n++
    } else if (star >= 0) {
      g = star + 1
      n = ++resume
    } else {
      return false
    }
  }
  while (glob[g] === '*') g++
  return g === glob.length
}
