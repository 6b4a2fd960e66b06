import { z } from 'zod'
import type { Building } from '#shared/basics/building.ts'
import { readConfig } from '#shared/experiment/config-migrations.ts'
import type { ExperimentSummary, RunSummary } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentRecord, RunRecord } from '#shared/protocol/records.ts'
import type { AppError } from '#shared/basics/result.ts'
import type { ExperimentStatus } from '#shared/experiment/status-machine.ts'
import { parseJson, problemOf, readColumn } from './json-column.ts'
import { listedRunColumns, runSummary, type ListedRunRow } from './run-rows.ts'
import type { Database } from './sqlite.ts'
import { deriveSummary, summaryOfRow, type SummaryRow } from './summary-columns.ts'

const tagsSchema = z.array(z.string()).readonly()

interface ExperimentRow {
  readonly id: string
  readonly number: number
  readonly name: string
  readonly status: ExperimentStatus
  readonly network_id: string | null
  readonly batch_id: string | null
  readonly dataset_id: string
  readonly place: string
  readonly is_starred: number
  readonly is_archived: number
  readonly tags: string
  readonly created_at: string
  readonly updated_at: string
  readonly trashed_at: string | null
}

export type ListedRow = ExperimentRow & SummaryRow & (ListedRunRow | { readonly run_id: null })

/** Everything a list shows, in one row. */
export const selectListed = `SELECT e.id, e.number, e.name, e.status, e.network_id, e.batch_id, e.dataset_id, e.place, e.is_starred, e.is_archived,
    e.tags,
    e.created_at, e.updated_at, e.trashed_at, e.summary_is_current, e.summary_checksum, e.kind, e.config_digest, e.architecture, e.epochs,
    e.method_title,
    e.hidden_size, e.reconstruction_steps, e.distillation_steps, e.quantisation_steps, e.accuracy, e.difference, e.ratio,
    e.total_bytes, e.seconds, ${listedRunColumns}
  FROM experiments e LEFT JOIN runs r ON r.id = e.latest_run_id`

/** Never fails for what a row says: an unreadable one has a `problem`. */
export function summaryOfListed(db: Database, row: ListedRow): ExperimentSummary {
  let tags: readonly string[] = []
  let latestRun: RunSummary | undefined
  let derived = summaryOfRow(row)
  const problem = problemOf(() => {
    tags = tagsOf(row.tags)
    latestRun = row.run_id === null ? undefined : runSummary(row)
    derived ??= deriveSummary(db, row.id)
  })
  const summary: Building<ExperimentSummary> = Object.assign(shownFields(row), { tags, outcome: {} })
  if (latestRun !== undefined) summary.latestRun = latestRun
  if (problem !== undefined || derived === undefined) summary.problem = problem ?? unknownProblem
  else Object.assign(summary, derived)
  return summary
}

const unknownProblem: AppError = {
  code: 'record-unreadable',
  message: 'It cannot be read.',
  remedy: 'Remove the experiment.',
}

export type DetailRow = ExperimentRow & {
  readonly notes: string
  readonly config: string
  readonly cloned_from: string | null
}

/** Throws `record-unreadable`. */
export function recordOfDetail(
  row: DetailRow,
  latestRun: RunRecord | undefined,
  queuePosition: number | undefined,
): ExperimentRecord {
  return {
    ...shownFields(row),
    ...(queuePosition === undefined ? {} : { queuePosition }),
    config: readConfig(parseJson(row.config, 'Its configuration')),
    tags: tagsOf(row.tags),
    notes: row.notes,
    ...(row.cloned_from === null ? {} : { clonedFrom: row.cloned_from }),
    ...(latestRun === undefined ? {} : { latestRun }),
  }
}

type ShownFields = Pick<
  ExperimentSummary,
  | 'id'
  | 'number'
  | 'name'
  | 'status'
  | 'networkId'
  | 'batchId'
  | 'datasetId'
  | 'place'
  | 'isStarred'
  | 'isArchived'
  | 'createdAt'
  | 'updatedAt'
  | 'trashedAt'
>

function shownFields(row: ExperimentRow): ShownFields {
  const shown: Building<ShownFields> = {
    id: row.id,
    number: row.number,
    name: row.name,
    status: row.status,
    datasetId: row.dataset_id,
    isStarred: row.is_starred === 1,
    isArchived: row.is_archived === 1,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  }
  if (row.network_id !== null) shown.networkId = row.network_id
  if (row.batch_id !== null) shown.batchId = row.batch_id
  if (row.place !== '') shown.place = row.place
  if (row.trashed_at !== null) shown.trashedAt = row.trashed_at
  return shown
}

function tagsOf(text: string): readonly string[] {
  return text === '[]' ? [] : readColumn(tagsSchema, text, 'The list of its tags')
}
