/** Accuracies by class: as differences from a base, or as they are. */
import { baseKeyOf } from '#shared/measures/paired-differences.ts'
import type { ComparedRow } from './comparison-rows.ts'

/** More classes than this are not shown: those that differ most are. */
const mostClasses = 24

export interface ClassDifferences {
  /** Of the data set that most rows were measured on. */
  readonly classes: readonly { readonly index: number; readonly name: string }[]
  /** How many classes there are. */
  readonly classCount: number
  readonly rows: readonly {
    readonly row: ComparedRow
    /** In the order of `classes`, as fractions. */
    readonly accuracies: readonly number[]
    /** Minus the base's; undefined for a base itself, and where the base was not measured. */
    readonly differences: readonly number[] | undefined
  }[]
  /** The largest difference, at least one point. */
  readonly largest: number
}

/** Undefined where nothing was measured by class. */
export function classDifferences(rows: readonly ComparedRow[], baseKey: string): ClassDifferences | undefined {
  const measuredRows = rows.filter(({ perClass }) => perClass !== undefined)
  const datasetId = measuredRows[0]?.datasetId
  const shown = measuredRows.filter((row) => row.datasetId === datasetId)
  const names = shown[0]?.classNames
  if (names === undefined) return undefined
  const byKey = new Map(shown.map((row) => [row.key, row]))
  const all = shown.map((row) => {
    const base = byKey.get(baseKeyOf(row, baseKey) ?? '')?.perClass
    const own = row.perClass ?? []
    return { row, own, differences: base && own.map((accuracy, index) => accuracy - (base[index] ?? 0)) }
  })
  const classes = shownClasses(
    names,
    all.flatMap(({ differences }) => (differences === undefined ? [] : [differences])),
  )
  return {
    classes,
    classCount: names.length,
    rows: all.map(({ row, own, differences }) => ({
      row,
      accuracies: classes.map(({ index }) => own[index] ?? 0),
      differences: differences && classes.map(({ index }) => differences[index] ?? 0),
    })),
    largest: Math.max(0.01, ...all.flatMap(({ differences }) => (differences ?? []).map(Math.abs))),
  }
}

function shownClasses(names: readonly string[], differences: readonly (readonly number[])[]) {
  const classes = names.map((name, index) => ({ index, name }))
  if (classes.length <= mostClasses) return classes
  const spread = (index: number): number => Math.max(0, ...differences.map((row) => Math.abs(row[index] ?? 0)))
  return classes.sort((one, other) => spread(other.index) - spread(one.index)).slice(0, mostClasses)
}
