import { z } from 'zod'
import { importanceMeasurementSchema, type ImportanceRecord } from '#shared/measures/importance.ts'
import { readColumn } from './json-column.ts'
import type { Database } from './sqlite.ts'

const { layers: layersSchema, curves: curvesSchema } = importanceMeasurementSchema.shape
const seedsSchema = z.array(z.int()).readonly()

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
export class ImportanceTable {
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

  /** Newest first. Throws `record-unreadable`. */
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
    seeds: readColumn(seedsSchema, row.seeds, 'The list of seeds of a pruning curve'),
    layers: readColumn(layersSchema, row.layers, 'The list of layers of a pruning curve'),
    curves: readColumn(curvesSchema, row.curves, 'A pruning curve'),
    device: row.device,
    createdAt: row.created_at,
  }
}
