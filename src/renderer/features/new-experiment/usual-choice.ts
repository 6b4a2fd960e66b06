import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'

interface Item {
  readonly id: string
}

/** What the newest experiment with one of `items` was made with; the first item where there is no such experiment. */
export function lastUsed(
  experiments: readonly ExperimentSummary[] | undefined,
  field: 'networkId' | 'datasetId',
  items: readonly Item[] | undefined,
): string | undefined {
  const known = new Set(items?.map(({ id }) => id))
  let newest: ExperimentSummary | undefined
  for (const experiment of experiments ?? []) {
    if (!known.has(experiment[field] ?? '')) continue
    if (newest === undefined || experiment.createdAt > newest.createdAt) newest = experiment
  }
  return newest?.[field] ?? items?.[0]?.id
}

/** `id` where it is one of `items`, or as long as they are unknown. */
export function knownOf(id: string | undefined, items: readonly Item[] | undefined): string | undefined {
  return items === undefined || items.some((item) => item.id === id) ? id : undefined
}
