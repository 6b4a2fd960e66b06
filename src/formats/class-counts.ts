/** Images of each class. */
export function countsByClass(labels: ArrayLike<number>, classes: number): readonly number[] {
  const counts = new Array<number>(classes).fill(0)
  for (let i = 0; i < labels.length; i++) {
    const label = labels[i] ?? 0
    counts[label] = (counts[label] ?? 0) + 1
  }
  return counts
}
