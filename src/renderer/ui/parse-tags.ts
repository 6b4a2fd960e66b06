/** Tags as typed, separated by commas: trimmed, without empty and repeated ones, at most 50 of 50 characters. */
export function parseTags(text: string): readonly string[] {
  const tags = text.split(',').map((tag) => tag.trim().slice(0, 50))
  return [...new Set(tags.filter((tag) => tag !== ''))].slice(0, 50)
}
