/**
 * Whether any object of a JSON text has two members of one name. `JSON.parse` keeps the last one in silence; other
 * readers of the same file might not.
 *
 * @param json valid JSON
 */
export function hasDuplicateKeys(json: string): boolean {
  /** Names of the objects that are open; undefined for arrays. */
  const open: (Set<string> | undefined)[] = []
  let expectsName = false
  for (let i = 0; i < json.length; i++) {
    const char = json[i] as string
    if (char === '{' || char === '[') open.push(char === '{' ? new Set() : undefined)
    if (char === '}' || char === ']') open.pop()
    if ('{[}],'.includes(char)) expectsName = char === '{' || (char === ',' && open.at(-1) !== undefined)
    if (char !== '"') continue
    const end = endOfString(json, i)
    if (expectsName) {
      const names = open.at(-1) as Set<string>
      const name = JSON.parse(json.slice(i, end)) as string
      if (names.has(name)) return true
      names.add(name)
      expectsName = false
    }
    i = end - 1
  }
  return false
}

/** Index after the closing quote of the string that opens at `start`. */
function endOfString(json: string, start: number): number {
  let i = start + 1
  while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1
  return i + 1
}
