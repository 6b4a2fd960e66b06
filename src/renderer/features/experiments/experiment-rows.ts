import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { FieldValue } from '#shared/experiment/experiment-query.ts'
import type { Outcome } from '#shared/experiment/plan.ts'
import type { NetworkRecord, DatasetRecord } from '#shared/protocol/records.ts'
import { windowFamilyOf } from '../../families/table.ts'
import type { ValuesByField } from '../../state/experiment-values.svelte.ts'
import type { Shelf } from '../../state/experiments-table.svelte.ts'

export interface ExperimentRow {
  readonly experiment: ExperimentSummary
  readonly networkName: string
  readonly datasetName: string
  readonly hiddenSize?: number
  readonly outcome: Outcome
  /** The value of a field that lists do not carry; undefined while it is asked for. */
  readonly stored: (field: string) => FieldValue | undefined
}

/** The newest first, which is also the order of rows that a table does not tell apart. */
export function experimentRows(
  experiments: readonly ExperimentSummary[],
  networks: readonly NetworkRecord[],
  datasets: readonly DatasetRecord[],
  values: ValuesByField = new Map(),
): readonly ExperimentRow[] {
  const networkNames = new Map(networks.map(({ id, name }) => [id, name]))
  const datasetNames = new Map(datasets.map(({ id, name }) => [id, name]))
  return experiments.toSorted(newestFirst).map((experiment) => {
    const { plan, networkId, outcome } = experiment
    const { network, hiddenSize } = plan === undefined ? {} : windowFamilyOf(plan).planCells(plan)
    return {
      experiment,
      networkName: network ?? networkNames.get(networkId ?? '') ?? '',
      datasetName: datasetNames.get(experiment.datasetId) ?? '',
      ...(hiddenSize === undefined ? {} : { hiddenSize }),
      outcome,
      stored: (field) => values.get(field)?.get(experiment.id),
    }
  })
}

/** The rows of the trash are all on its shelf: they come from elsewhere. */
export function isOnShelf({ experiment }: ExperimentRow, shelf: Shelf): boolean {
  return shelf === 'trash' || experiment.isArchived === (shelf === 'archived')
}

/** For sorting: what a person or the queue touched last comes first. */
export function latestChangeFirst(a: ExperimentSummary, b: ExperimentSummary): number {
  if (a.updatedAt === b.updatedAt) return 0
  return a.updatedAt < b.updatedAt ? 1 : -1
}

/** ISO times in UTC order like plain text. */
function newestFirst(a: ExperimentSummary, b: ExperimentSummary): number {
  if (a.createdAt === b.createdAt) return 0
  return a.createdAt < b.createdAt ? 1 : -1
}
