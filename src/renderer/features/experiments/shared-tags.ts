interface Tagged {
  readonly tags: readonly string[]
}

/** Tags that all of them have, in the order of the first. */
export function sharedTags(experiments: readonly Tagged[]): readonly string[] {
  const [first, ...others] = experiments
  return (first?.tags ?? []).filter((tag) => others.every(({ tags }) => tags.includes(tag)))
}

/** All tags that are in use, the most frequent first. */
export function knownTags(experiments: readonly Tagged[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const tag of experiments.flatMap(({ tags }) => tags)) counts.set(tag, (counts.get(tag) ?? 0) + 1)
  return [...counts].toSorted(([a, x], [b, y]) => y - x || a.localeCompare(b)).map(([tag]) => tag)
}
