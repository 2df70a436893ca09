import type { Json } from './initializers/types.js'

/** Numbers that JSON does not write: the loss of a run that went out of bounds is one. */
const SPECIAL = new Map([
  ['#NaN', NaN],
  ['#Infinity', Infinity],
  ['#-Infinity', -Infinity],
  ['#-0', -0],
])

/** A result as text, to be stored or sent: JSON, where every number stays what it is. */
export function encodeResult(result: Json): string {
  return JSON.stringify(result, (_, value: Json) => {
    if (Object.is(value, -0)) return '#-0'
    if (typeof value === 'number' && !Number.isFinite(value)) return `#${value}`
    return typeof value === 'string' && value.startsWith('#') ? `#${value}` : value
  })
}

/**
 * Reads what `encodeResult` wrote.
 *
 * @throws SyntaxError
 */
export function decodeResult(text: string): Json {
  return JSON.parse(text, (_, value: Json) => {
    if (typeof value !== 'string' || !value.startsWith('#')) return value
    return SPECIAL.get(value) ?? value.slice(1)
  }) as Json
}
