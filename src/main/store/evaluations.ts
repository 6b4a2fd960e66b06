import type { EvaluationRecord, SplitName } from '#shared/protocol/records.ts'
import { newId } from '../basics/new-id.ts'
import { notFound } from './errors.ts'
import { assertWholeCells } from './json-column.ts'
import { rowChecksum } from './row-checksum.ts'
import type { Database } from './sqlite.ts'

/** What was measured: an original network, or the reconstruction of a run. */
export type EvaluationSubject = { readonly networkId: string } | { readonly runId: string }

export interface NewEvaluation {
  readonly subject: EvaluationSubject
  readonly datasetId: string
  readonly split: SplitName
  readonly correct: number
  readonly correctTop5?: number | undefined
  readonly total: number
  readonly device: string
  /** Bytes of shared/measures/predictions.ts. */
  readonly predictions: Uint8Array
  /** Of each prediction, bytes of the same file. */
  readonly confidences?: Uint8Array | undefined
}

interface Row {
  readonly id: string
  readonly network_id: string | null
  readonly run_id: string | null
  readonly dataset_id: string
  readonly split: SplitName
  readonly correct: number
  readonly correct_top5: number | null
  readonly total: number
  readonly device: string
  readonly predictions: Uint8Array
  readonly confidences: Uint8Array | null
  readonly checksum: number | null
  readonly created_at: string
}

const written = 'id, network_id, run_id, dataset_id, split, correct, correct_top5, total, device, created_at'
const columns = `${written}, predictions, confidences, checksum`

interface StoredPredictions {
  readonly predictions: Uint8Array
  readonly confidences: Uint8Array | null
}

export class EvaluationsTable {
  readonly #db: Database
  readonly #now: () => string

  constructor(db: Database, now: () => string) {
    this.#db = db
    this.#now = now
  }

  insert(evaluation: NewEvaluation): EvaluationRecord {
    const { subject, datasetId, split, correct, correctTop5 = null, total, device, predictions } = evaluation
    const { confidences = null } = evaluation
    const id = newId('eval')
    const networkId = 'networkId' in subject ? subject.networkId : null
    const runId = 'runId' in subject ? subject.runId : null
    this.#db
      .prepare(
        `INSERT INTO evaluations (${written}, predictions, confidences, checksum) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        id,
        networkId,
        runId,
        datasetId,
        split,
        correct,
        correctTop5,
        total,
        device,
        this.#now(),
        predictions,
        confidences,
        rowChecksum([split, correct, correctTop5, total, predictions, confidences]),
      )
    return this.get(id)
  }

  /** Throws `not-found`. */
  get(id: string): EvaluationRecord {
    const row = this.#db.prepare<[string], Row>(`SELECT ${columns} FROM evaluations WHERE id = ?`).get(id)
    if (row === undefined) throw notFound('evaluation', id)
    return toRecord(row)
  }

  /** Newest first. */
  ofNetwork(networkId: string): readonly EvaluationRecord[] {
    return this.#db
      .prepare<[string], Row>(
        `SELECT ${columns} FROM evaluations WHERE network_id = ? ORDER BY created_at DESC, rowid DESC`,
      )
      .all(networkId)
      .map(toRecord)
  }

  /** The evaluation on most images; of several, the newest. */
  best(subject: EvaluationSubject, datasetId: string, split: SplitName): EvaluationRecord | undefined {
    const [column, id] = 'networkId' in subject ? ['network_id', subject.networkId] : ['run_id', subject.runId]
    const row = this.#db
      .prepare<[string, string, string], Row>(
        `SELECT ${columns} FROM evaluations WHERE ${column} = ? AND dataset_id = ? AND split = ?
         ORDER BY total DESC, created_at DESC, rowid DESC LIMIT 1`,
      )
      .get(id, datasetId, split)
    return row === undefined ? undefined : toRecord(row)
  }

  /** Bytes of shared/measures/predictions.ts; `confidences` are null where an earlier version measured. */
  predictions(id: string): StoredPredictions {
    const row = this.#db.prepare<[string], Row>(`SELECT ${columns} FROM evaluations WHERE id = ?`).get(id)
    if (row === undefined) throw notFound('evaluation', id)
    assertAsMeasured(row)
    return { predictions: row.predictions, confidences: row.confidences }
  }
}

/** Throws `record-unreadable`. */
function assertAsMeasured({ split, correct, correct_top5, total, predictions, confidences, checksum }: Row): void {
  const what = `An evaluation on the ${split} images`
  assertWholeCells([split, correct, correct_top5, total, predictions, confidences], checksum, what)
}

function toRecord(row: Row): EvaluationRecord {
  assertAsMeasured(row)
  return {
    id: row.id,
    ...(row.network_id === null ? {} : { networkId: row.network_id }),
    ...(row.run_id === null ? {} : { runId: row.run_id }),
    datasetId: row.dataset_id,
    split: row.split,
    correct: row.correct,
    ...(row.correct_top5 === null ? {} : { correctTop5: row.correct_top5 }),
    total: row.total,
    accuracy: row.total === 0 ? 0 : row.correct / row.total,
    device: row.device,
    hasConfidences: row.confidences !== null,
    createdAt: row.created_at,
  }
}
