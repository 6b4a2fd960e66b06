import type { ImportanceRecord } from '#shared/importance.ts'
import type { Database } from './sqlite.ts'

interface Row {
  readonly run_id: string
  readonly level: ImportanceRecord['level']
  readonly split: ImportanceRecord['split']
  readonly images: number
  readonly seeds: string
  readonly layers: string
  readonly curves: string
  readonly device: string
  readonly created_at: string
}

/** Pruning curves of finished compressions. */
export class Importance {
  readonly #db: Database
  readonly #now: () => string

  constructor(db: Database, now: () => string) {
    this.#db = db
    this.#now = now
  }

  /** Takes the place of an earlier measurement of the same run, level, split and number of images. */
  save(measurement: Omit<ImportanceRecord, 'createdAt'>): ImportanceRecord {
    const record = { ...measurement, createdAt: this.#now() }
    const { runId, level, split, images, seeds, layers, curves, device, createdAt } = record
    this.#db
      .prepare(
        `INSERT OR REPLACE INTO importance (run_id, level, split, images, seeds, layers, curves, device, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        runId,
        level,
        split,
        images,
        JSON.stringify(seeds),
        JSON.stringify(layers),
        JSON.stringify(curves),
        device,
        createdAt,
      )
    return record
  }

  /** Newest first. */
  list(runId: string): readonly ImportanceRecord[] {
    return this.#db
      .prepare<[string], Row>('SELECT * FROM importance WHERE run_id = ? ORDER BY created_at DESC, rowid DESC')
      .all(runId)
      .map(toRecord)
  }
}

function toRecord(row: Row): ImportanceRecord {
  return {
    runId: row.run_id,
    level: row.level,
    split: row.split,
    images: row.images,
    // The three were written by `save` from values of these types.
    seeds: JSON.parse(row.seeds) as ImportanceRecord['seeds'],
    layers: JSON.parse(row.layers) as ImportanceRecord['layers'],
    curves: JSON.parse(row.curves) as ImportanceRecord['curves'],
    device: row.device,
    createdAt: row.created_at,
  }
}
