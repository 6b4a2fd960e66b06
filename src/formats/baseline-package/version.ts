import type { BaselineDescription, LayerEntry } from '#shared/package/baseline-description.ts'
import type { StoredEntry } from '#shared/package/package-description.ts'

/** The lowest version whose readers know all that is in the package. */
export function lowestVersion({
  layers,
  kept,
}: {
  readonly layers: readonly LayerEntry[]
  readonly kept: readonly StoredEntry[]
}): BaselineDescription['version'] {
  if (layers.some((layer) => layer.kind === 'integer' && layer.coding === 'contexts')) return 4
  if ([...layers, ...kept].some(hasCodedHalves)) return 3
  return kept.some(({ kind }) => kind === 'integer') ? 2 : 1
}

function hasCodedHalves(entry: LayerEntry | StoredEntry): boolean {
  const values = entry.kind === 'sparse' ? entry.values : entry
  return (values.kind === 'float16' || values.kind === 'low-rank') && values.bytes !== undefined
}
