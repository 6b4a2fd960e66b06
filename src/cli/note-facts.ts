/** What was done to read a file, a line each among the facts about it. */
export function noteFacts(notes: readonly string[]): readonly (readonly [string, string])[] {
  return notes.map((note) => ['note', note])
}
