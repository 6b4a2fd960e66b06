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

/** Levenshtein (1966): insertions, deletions and replacements; case does not count. */
export function editDistance(left: string, right: string): number {
  const a = left.toLowerCase()
  const b = right.toLowerCase()
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min(replaced, (previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1))
    }
    previous = current
  }
  return previous[b.length] ?? 0
}
