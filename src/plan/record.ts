import type { Plan } from './plan.js'

/**
 * A plan as the text that files and jobs carry. A negative zero, which `JSON.stringify` writes as 0, keeps its sign: JSON
 * itself has it, and `JSON.parse` reads it.
 */
export function recordText(made: Plan): string {
  let found = false
  const json = made.toJSON()
  const text = JSON.stringify(json, (_, value: unknown) => {
    found ||= Object.is(value, -0)
    return value
  })
  if (!found) return text
  let mark = '-0'
  while (text.includes(JSON.stringify(mark))) mark += '0'
  const marked = JSON.stringify(json, (_, value: unknown) => (Object.is(value, -0) ? mark : value))
  return marked.replaceAll(JSON.stringify(mark), '-0')
}
