import { rangeError, show, wrongType } from '../../errors.js'
import { isOf } from '../../realm.js'
import { readRecord } from '../../validate.js'

/**
 * The caller's own entries of a file's metadata.
 *
 * @param reserved - names that are this package's
 * @throws `ERR_INVALID_ARGUMENT` for an entry that is no string or has a reserved name
 */
export function readMetadata(value: unknown, reserved: readonly string[]): Record<string, string> {
  const given: unknown = isOf(value, 'Map')
    ? Object.fromEntries(value as Map<string, unknown>)
    : (value ?? {})
  if (Object.prototype.toString.call(given) !== '[object Object]')
    throw wrongType('metadata', 'an object of strings, or a Map', given)
  const own = readRecord(given, 'metadata')
  for (const [name, entry] of Object.entries(own)) {
    if (typeof entry !== 'string' || !entry.isWellFormed() || !name.isWellFormed())
      throw wrongType(`metadata[${show(name)}]`, 'a string of well-formed Unicode', entry)
    if (reserved.includes(name)) {
      const message = `metadata must not have ${reserved.join(', ')}, got ${show(name)}`
      throw rangeError('ERR_INVALID_ARGUMENT', message)
    }
  }
  return own as Record<string, string>
}
