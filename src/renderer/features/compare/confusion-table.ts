/** What is taken for what, as a table of all classes or as the commonest mistakes. */
import type { Confusion } from '#shared/measures/comparison.ts'

/** A table of more classes cannot be read. */
const mostClasses = 20
const mostMistakes = 30

export interface ConfusionTable {
  /** By label, by prediction: images, or the difference of two counts. */
  readonly counts: readonly (readonly number[])[]
  /** Largest off the diagonal, at least 1: what the colours reach to. */
  readonly largest: number
}

/** Undefined for more classes than can be read. */
export function confusionTable(confusion: Confusion, base?: Confusion): ConfusionTable | undefined {
  const size = confusion.classNames.length
  if (size > mostClasses) return undefined
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0))
  const add = ({ cells }: Confusion, sign: number): void => {
    for (const { label, predicted, count } of cells) {
      const row = counts[label]
      if (row !== undefined) row[predicted] = (row[predicted] ?? 0) + sign * count
    }
  }
  add(confusion, 1)
  if (base !== undefined) add(base, -1)
  const mistakes = counts.flatMap((row, label) => row.filter((_, predicted) => predicted !== label).map(Math.abs))
  return { counts, largest: Math.max(1, ...mistakes) }
}

export interface Mistake {
  readonly label: number
  readonly predicted: number
  readonly count: number
  /** Of the base; undefined without one. */
  readonly before: number | undefined
}

/** The mistakes made most often; with a base, those whose number changed most. */
export function commonMistakes(confusion: Confusion, base?: Confusion): readonly Mistake[] {
  const key = ({ label, predicted }: { label: number; predicted: number }): string => `${label} ${predicted}`
  const counts = new Map(confusion.cells.map((cell) => [key(cell), cell.count]))
  const before = base && new Map(base.cells.map((cell) => [key(cell), cell.count]))
  const cells = new Map([...confusion.cells, ...(base?.cells ?? [])].map((cell) => [key(cell), cell]))
  const mistakes = [...cells].flatMap(([at, { label, predicted }]) => {
    if (label === predicted) return []
    return [{ label, predicted, count: counts.get(at) ?? 0, before: before && (before.get(at) ?? 0) }]
  })
  const weight = ({ count, before: earlier = 0 }: Mistake): number => Math.abs(count - earlier)
  return mistakes.sort((one, other) => weight(other) - weight(one)).slice(0, mostMistakes)
}
