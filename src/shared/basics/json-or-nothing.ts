/** The value of a JSON text; undefined, which no schema takes, where it is none. For texts that a schema reads next. */
export function jsonOrNothing(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
