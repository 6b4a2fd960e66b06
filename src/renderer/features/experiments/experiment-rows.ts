import type { ExperimentRecord, NetworkRecord, DatasetRecord } from '#shared/records.ts'
import type { ExperimentStatus } from '#shared/status-machine.ts'
import { architectureTitle } from '#shared/architecture-catalogue.ts'
import { outcomeOf, type Outcome } from './outcome.ts'

export interface ExperimentRow {
  readonly experiment: ExperimentRecord
  readonly networkName: string
  readonly datasetName: string
  readonly hiddenSize?: number
  readonly outcome: Outcome
}

export type SortKey =
  | 'name'
  | 'status'
  | 'network'
  | 'dataset'
  | 'hiddenSize'
  | 'accuracy'
  | 'difference'
  | 'ratio'
  | 'totalBytes'
  | 'seconds'
  | 'createdAt'

export interface RowFilter {
  /** Words that must all occur in name, tags, notes, network, data set or id. */
  readonly text: string
  readonly status: ExperimentStatus | 'all'
  readonly showsArchived: boolean
  readonly isStarredOnly: boolean
}

export interface RowOrder {
  readonly key: SortKey
  readonly isDescending: boolean
}

export function experimentRows(
  experiments: readonly ExperimentRecord[],
  networks: readonly NetworkRecord[],
  datasets: readonly DatasetRecord[],
): readonly ExperimentRow[] {
  const networkNames = new Map(networks.map(({ id, name }) => [id, name]))
  const datasetNames = new Map(datasets.map(({ id, name }) => [id, name]))
  return experiments.map((experiment) => {
    const { config, networkId } = experiment
    return {
      experiment,
      networkName:
        config.kind === 'train' ? architectureTitle(config.architecture) : (networkNames.get(networkId ?? '') ?? ''),
      datasetName: datasetNames.get(experiment.datasetId) ?? '',
      ...(config.kind === 'compress' ? { hiddenSize: config.predictor.hiddenSize } : {}),
      outcome: outcomeOf(experiment),
    }
  })
}

export function filterRows(rows: readonly ExperimentRow[], filter: RowFilter): readonly ExperimentRow[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean)
  return rows.filter(({ experiment, networkName, datasetName }) => {
    if (experiment.isArchived !== filter.showsArchived) return false
    if (filter.isStarredOnly && !experiment.isStarred) return false
    if (filter.status !== 'all' && experiment.status !== filter.status) return false
    if (words.length === 0) return true
    const { name, tags, notes, id, config } = experiment
    const architecture = config.kind === 'train' ? config.architecture : ''
    const text = [name, ...tags, notes, id, networkName, architecture, datasetName].join('\n').toLowerCase()
    return words.every((word) => text.includes(word))
  })
}

/** Comparing names with a ready collator is ten times faster than `localeCompare`: it matters at 10,000 rows. */
const names = new Intl.Collator('en', { numeric: true })

/** Sorted by one column; rows without a value there come last in both directions, equal rows by newest first. */
export function sortRows(rows: readonly ExperimentRow[], { key, isDescending }: RowOrder): readonly ExperimentRow[] {
  const direction = isDescending ? -1 : 1
  return rows
    .map((row) => ({ row, value: sortValue(row, key) }))
    .sort((a, b) => {
      if (a.value === undefined || b.value === undefined) {
        if (a.value !== b.value) return a.value === undefined ? 1 : -1
      } else {
        const order = key === 'createdAt' ? compareTimes(a.row, b.row) : compareValues(a.value, b.value)
        if (order !== 0) return direction * order
      }
      return compareTimes(b.row, a.row)
    })
    .map(({ row }) => row)
}

function compareValues(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return names.compare(String(a), String(b))
}

/** ISO times in UTC order like plain text. */
function compareTimes({ experiment: a }: ExperimentRow, { experiment: b }: ExperimentRow): number {
  if (a.createdAt === b.createdAt) return 0
  return a.createdAt < b.createdAt ? -1 : 1
}

function sortValue(row: ExperimentRow, key: SortKey): string | number | undefined {
  switch (key) {
    case 'name':
      return row.experiment.name
    case 'status':
      return row.experiment.status
    case 'createdAt':
      return row.experiment.createdAt
    case 'network':
      return row.networkName
    case 'dataset':
      return row.datasetName
    case 'hiddenSize':
      return row.hiddenSize
    default:
      return row.outcome[key]
  }
}
