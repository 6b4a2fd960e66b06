/**
 * The first key that occurs twice in one object of `json`, or undefined. JSON.parse keeps the last of two equal keys
 * silently, so two readers could see two different files. `json` has been accepted by JSON.parse already.
 */
export function findDuplicateKey(json: string): string | undefined {
  // One set of keys for each open object; an array holds its place with undefined.
  const open: (Set<string> | undefined)[] = []
  for (let i = 0; i < json.length; i++) {
    const character = json[i]
    if (character === '{') open.push(new Set())
    else if (character === '[') open.push(undefined)
    else if (character === '}' || character === ']') open.pop()
    else if (character === '"') {
      const end = endOfString(json, i)
      const keys = open.at(-1)
      if (keys !== undefined && isFollowedByColon(json, end)) {
        // Parsed, because "a" and "\u0061" are the same key.
        const key: unknown = JSON.parse(json.slice(i, end))
        if (typeof key === 'string') {
          if (keys.has(key)) return key
          keys.add(key)
        }
      }
      i = end - 1
    }
  }
  return undefined
}

/** Index after the closing quote of the string that opens at `start`. */
function endOfString(json: string, start: number): number {
  let i = start + 1
  while (json[i] !== '"') i += json[i] === '\\' ? 2 : 1
  return i + 1
}

function isFollowedByColon(json: string, start: number): boolean {
  let i = start
  while (json[i] === ' ' || json[i] === '\n' || json[i] === '\r' || json[i] === '\t') i++
  return json[i] === ':'
}
