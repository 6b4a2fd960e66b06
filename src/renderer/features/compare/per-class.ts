import type { Comparison } from '#shared/protocol/contract.ts'

export interface ClassRow {
  readonly name: string
  /** `entry` is the index of the experiment, undefined for the original. */
  readonly values: readonly { readonly entry: number | undefined; readonly accuracy: number }[]
}

export interface PerClass {
  /** Where the axis starts, in [0, 1]. */
  readonly floor: number
  /** The classes in two halves. */
  readonly columns: readonly (readonly ClassRow[])[]
}

/** Accuracies by class of every measured entry of one data set, each original first; undefined when there are none. */
export function perClassRows({ entries }: Comparison): PerClass | undefined {
  const dataset = entries.find(({ perClass }) => perClass !== undefined)?.dataset
  if (dataset === undefined) return undefined
  const seenOriginals = new Set<string>()
  const series = entries.flatMap((entry, index) => {
    if (entry.perClass === undefined || entry.dataset?.id !== dataset.id) return []
    const networkId = entry.network?.id ?? ''
    const isNew = !seenOriginals.has(networkId)
    seenOriginals.add(networkId)
    return [
      ...(isNew ? [{ entry: undefined, accuracies: entry.perClass.original }] : []),
      { entry: index, accuracies: entry.perClass.reconstructed },
    ]
  })
  const rows = dataset.classNames.map((name, index) => ({
    name,
    values: series.map(({ entry, accuracies }) => ({ entry, accuracy: accuracies[index] ?? 0 })),
  }))
  const lowest = Math.min(...rows.flatMap(({ values }) => values.map(({ accuracy }) => accuracy)))
  const half = Math.ceil(rows.length / 2)
  return {
    floor: Math.max(0, Math.floor(10 * lowest - 1e-9) / 10),
    columns: [rows.slice(0, half), rows.slice(half)].filter((column) => column.length > 0),
  }
}
