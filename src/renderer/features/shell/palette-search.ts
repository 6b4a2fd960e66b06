import type { PaletteEntry } from './palette-commands.ts'

const shownAtMost = 60

/** Entries whose words all occur, the closest first: the title starts with the text, a word of it does, it occurs. */
export function searchPalette(entries: readonly PaletteEntry[], text: string): readonly PaletteEntry[] {
  const query = text.trim().toLowerCase()
  if (query === '') return entries.slice(0, shownAtMost)
  const words = query.split(/\s+/)
  return entries
    .map((entry, index) => ({ entry, index, rank: rankOf(entry, query, words) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank || a.index - b.index)
    .slice(0, shownAtMost)
    .map(({ entry }) => entry)
}

/** 0 when a word is missing. */
function rankOf({ title, keywords, group }: PaletteEntry, query: string, words: readonly string[]): number {
  const name = title.toLowerCase()
  const everything = [name, ...keywords, group.toLowerCase()].join(' ')
  if (!words.every((word) => everything.includes(word))) return 0
  if (name.startsWith(query)) return 4
  if (` ${name}`.includes(` ${query}`)) return 3
  return words.every((word) => name.includes(word)) ? 2 : 1
}

/** Results under their headings, in the order the best of each came; positions run through all of them. */
export function groupResults(results: readonly PaletteEntry[]): readonly {
  readonly group: string
  readonly rows: readonly { readonly entry: PaletteEntry; readonly position: number }[]
}[] {
  const groups = [...new Set(results.map(({ group }) => group))]
  let position = 0
  return groups.map((group) => ({
    group,
    rows: results.filter((entry) => entry.group === group).map((entry) => ({ entry, position: position++ })),
  }))
}
