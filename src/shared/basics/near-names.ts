/** `name` without what people leave out or write otherwise: case, blanks, hyphens, underscores and dots. */
export function plainName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[\s\-_.]+/g, '')
}

/** At most three of `names` that may have been meant by `key`, the nearest first: mistyped, or not written to their end. */
export function nearNames(key: string, names: readonly string[]): readonly string[] {
  const wanted = plainName(key)
  const mostChanges = Math.max(1, Math.floor(wanted.length / 3))
  return [...new Set(names)]
    .map((name) => {
      const plain = plainName(name)
      const isBeginning = wanted.length >= 3 && plain.startsWith(wanted)
      return { name, distance: isBeginning ? 0.5 : editDistance(wanted, plain) }
    })
    .filter(({ distance }) => distance <= mostChanges)
    .toSorted((left, right) => left.distance - right.distance)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** Insertions, deletions, replacements and swaps of neighbours (Damerau 1964, optimal alignment); case does not count. */
export function editDistance(left: string, right: string): number {
  const a = left.toLowerCase()
  const b = right.toLowerCase()
  /** Distances of the first i letters of `a`, row by row, from the first j of `b`. */
  const rows = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number): number => rows[i]?.[j] ?? 0
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const replaced = at(i - 1, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(Math.min(replaced, at(i - 1, j) + 1, at(i, j - 1) + 1, isSwap ? at(i - 2, j - 2) + 1 : Infinity))
    }
  }
  return at(a.length, b.length)
}
