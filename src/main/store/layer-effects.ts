import { layerEffectsSchema, type LayerEffectsRecord } from '#shared/measures/layer-effects.ts'
import { readColumn } from './json-column.ts'
import type { Database } from './sqlite.ts'

interface Row {
  readonly package_sha256: string
  readonly dataset_sha256: string
  readonly split: LayerEffectsRecord['split']
  readonly images: number
  readonly run_id: string
  readonly effects: string
  readonly device: string
  readonly created_at: string
}

/** What each layer of a compression costs, by the content of the package and the images. */
export class LayerEffectsTable {
  readonly #db: Database
  readonly #now: () => string

  constructor(db: Database, now: () => string) {
    this.#db = db
    this.#now = now
  }

  /** Takes the place of an earlier measurement of the same package on the same images. */
  save(measurement: Omit<LayerEffectsRecord, 'createdAt'>): LayerEffectsRecord {
    const record = { ...measurement, createdAt: this.#now() }
    const { packageSha256, datasetSha256, split, images, runId, device, createdAt, original, reconstructed, layers } =
      record
    this.#db
      .prepare(
        `INSERT OR REPLACE INTO layer_effects
           (package_sha256, dataset_sha256, split, images, run_id, effects, device, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        packageSha256,
        datasetSha256,
        split,
        images,
        runId,
        JSON.stringify({ images, original, reconstructed, layers }),
        device,
        createdAt,
      )
    return record
  }

  /** Newest first. Throws `record-unreadable`. */
  list(packageSha256: string, datasetSha256: string): readonly LayerEffectsRecord[] {
    return this.#db
      .prepare<[string, string], Row>(
        `SELECT * FROM layer_effects WHERE package_sha256 = ? AND dataset_sha256 = ?
         ORDER BY created_at DESC, rowid DESC`,
      )
      .all(packageSha256, datasetSha256)
      .map((row) => ({
        ...readColumn(layerEffectsSchema, row.effects, 'What the layers of a compression cost'),
        packageSha256: row.package_sha256,
        datasetSha256: row.dataset_sha256,
        split: row.split,
        runId: row.run_id,
        device: row.device,
        createdAt: row.created_at,
      }))
  }
}
