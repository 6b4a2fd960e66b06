/**
 * The columns of `experiments` that say what configuration and result say, so that a list reads neither. They are written
 * in the same transaction as those; triggers mark them as stale when a text changes otherwise.
 */
import type { Building } from '#shared/basics/building.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { configDigest } from '#shared/experiment/config-digest.ts'
import { readConfig } from '#shared/experiment/config-migrations.ts'
import { outcomeOf, planOf } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentPlan, Outcome } from '#shared/experiment/plan.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { runResultSchema, type RunResult } from '#shared/experiment/results.ts'
import type { MethodName } from '#shared/experiment/method-names.ts'
import { assertWholeCells, parseJson, problemOf, readColumn } from './json-column.ts'
import { columnsOf, planColumns, type PlanColumns } from './plan-columns.ts'
import { rowChecksum } from './row-checksum.ts'
import type { Database } from './sqlite.ts'

export interface SummaryRow extends PlanColumns {
  /** 0: the others are not to be believed. */
  readonly summary_is_current: number
  /** Of the others: one that flipped is derived again. */
  readonly summary_checksum: number | null
  readonly kind: ExperimentPlan['kind'] | null
  readonly config_digest: string | null
  readonly accuracy: number | null
  readonly difference: number | null
  readonly ratio: number | null
  readonly total_bytes: number | null
  readonly seconds: number | null
}

export interface DerivedSummary {
  readonly plan: ExperimentPlan
  readonly configDigest: string
  readonly outcome: Outcome
}

/** What the columns must say of an experiment. Throws `record-unreadable`. */
export function deriveSummary(db: Database, id: string): DerivedSummary {
  const { config, result } = readTexts(db, id)
  return { plan: planOf(config), configDigest: configDigest(config), outcome: outcomeOf(result) }
}

function readTexts(db: Database, id: string): { readonly config: ExperimentConfig; readonly result?: RunResult } {
  const texts = db
    .prepare<[string], { config: string; result: string | null; checksum: number | null }>(
      `SELECT c.config, o.result, o.checksum FROM experiments e JOIN experiment_configs c ON c.experiment_id = e.id
       LEFT JOIN run_results o ON o.run_id = e.latest_run_id WHERE e.id = ?`,
    )
    .get(id)
  const config = readConfig(parseJson(texts?.config ?? '', 'Its configuration'))
  if (texts?.result === null || texts === undefined) return { config }
  assertWholeCells([texts.result], texts.checksum, 'The result of its run')
  return { config, result: readColumn(runResultSchema, texts.result, 'The result of its run') }
}

/** Derives the columns of one experiment anew. Those of an unreadable one stay stale: lists say what is wrong with it. */
export function refreshSummary(db: Database, id: string): void {
  problemOf(() => {
    const { config, result } = readTexts(db, id)
    const outcome = outcomeOf(result)
    writeSummary(db, id, { plan: planOf(config), configDigest: configDigest(config), outcome }, methodOf(config))
    // Filters and columns ask for any of its values: in one version of the configuration, and without parsing a text.
    db.prepare('UPDATE experiment_configs SET present = jsonb(?) WHERE experiment_id = ?').run(
      JSON.stringify(config),
      id,
    )
  })
}

/** Experiments whose columns have changed since they were derived, by another hand or by damage. */
export function wrongSummaries(db: Database): readonly { readonly id: string; readonly name: string }[] {
  type Row = SummaryRow & { readonly id: string; readonly name: string }
  return db
    .prepare<[], Row>('SELECT * FROM experiments WHERE summary_is_current = 1')
    .all()
    .filter((row) => checksumOf(row) !== row.summary_checksum)
    .map(({ id, name }) => ({ id, name }))
}

/** Derives all that a migration, or another hand, left stale. Belongs into a transaction. */
export function refreshStaleSummaries(db: Database): void {
  const stale = db.prepare<[], { id: string }>('SELECT id FROM experiments WHERE summary_is_current = 0').all()
  for (const { id } of stale) refreshSummary(db, id)
}

export function summaryOfRow(row: SummaryRow): DerivedSummary | undefined {
  if (row.summary_is_current !== 1 || checksumOf(row) !== row.summary_checksum) return undefined
  const plan = planOfRow(row)
  if (plan === undefined || row.config_digest === null) return undefined
  const outcome: Building<Outcome> = {}
  if (row.accuracy !== null) outcome.accuracy = row.accuracy
  if (row.difference !== null) outcome.difference = row.difference
  if (row.ratio !== null) outcome.ratio = row.ratio
  if (row.total_bytes !== null) outcome.totalBytes = row.total_bytes
  if (row.seconds !== null) outcome.seconds = row.seconds
  return { plan, configDigest: row.config_digest, outcome }
}

function checksumOf(row: Omit<SummaryRow, 'summary_is_current' | 'summary_checksum'>): number {
  return rowChecksum([
    row.kind,
    row.config_digest,
    row.architecture,
    row.epochs,
    row.method_title,
    row.hidden_size,
    row.reconstruction_steps,
    row.distillation_steps,
    row.quantisation_steps,
    row.accuracy,
    row.difference,
    row.ratio,
    row.total_bytes,
    row.seconds,
  ])
}

function planOfRow(row: SummaryRow): ExperimentPlan | undefined {
  return row.kind === null ? undefined : planColumns[row.kind].read(row)
}

function methodOf(config: ExperimentConfig): MethodName | undefined {
  return familyOf(config).methodOf(config)
}

function writeSummary(
  db: Database,
  id: string,
  { plan, configDigest: digest, outcome }: DerivedSummary,
  method: MethodName | undefined,
): void {
  const shown: Omit<SummaryRow, 'summary_is_current' | 'summary_checksum'> = {
    kind: plan.kind,
    config_digest: digest,
    ...columnsOf(plan),
    accuracy: outcome.accuracy ?? null,
    difference: outcome.difference ?? null,
    ratio: outcome.ratio ?? null,
    total_bytes: outcome.totalBytes ?? null,
    seconds: outcome.seconds ?? null,
  }
  const values = { ...shown, method: method ?? null, summary_checksum: checksumOf(shown) }
  const assignments = Object.keys(values).map((column) => `${column} = @${column}`)
  db.prepare(`UPDATE experiments SET ${assignments.join(', ')}, summary_is_current = 1 WHERE id = @id`).run({
    ...values,
    id,
  })
}
