import { AppException } from '#shared/basics/result.ts'
import type { Database } from './sqlite.ts'

/** Steps from an empty database to the present one. Only append; each has a test from the version before it. */
export const migrations: readonly { readonly version: number; readonly sql: string }[] = [
  {
    version: 1,
    sql: `
      CREATE TABLE networks (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        architecture TEXT NOT NULL,
        title TEXT NOT NULL,
        classes INTEGER NOT NULL,
        sha256 TEXT NOT NULL UNIQUE,
        size_bytes INTEGER NOT NULL,
        parameters INTEGER NOT NULL,
        represented_weights INTEGER NOT NULL,
        kernels INTEGER NOT NULL,
        origin TEXT NOT NULL,
        layers TEXT NOT NULL,
        created_at TEXT NOT NULL
      ) STRICT;
      CREATE TABLE datasets (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        kind TEXT NOT NULL,
        class_names TEXT NOT NULL,
        image_shape TEXT NOT NULL,
        counts TEXT NOT NULL,
        sha256 TEXT NOT NULL UNIQUE,
        size_bytes INTEGER NOT NULL,
        evidence TEXT NOT NULL,
        created_at TEXT NOT NULL
      ) STRICT;
      CREATE TABLE experiments (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        status TEXT NOT NULL
          CHECK (status IN ('draft', 'queued', 'running', 'paused', 'completed', 'failed', 'cancelled')),
        config TEXT NOT NULL,
        network_id TEXT REFERENCES networks (id) ON DELETE RESTRICT,
        dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE RESTRICT,
        executor TEXT,
        queue_order INTEGER,
        is_starred INTEGER NOT NULL DEFAULT 0,
        is_archived INTEGER NOT NULL DEFAULT 0,
        tags TEXT NOT NULL DEFAULT '[]',
        notes TEXT NOT NULL DEFAULT '',
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL,
        CHECK ((status = 'queued') = (queue_order IS NOT NULL))
      ) STRICT;
      CREATE INDEX experiments_by_status ON experiments (status, queue_order);
      CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        experiment_id TEXT NOT NULL REFERENCES experiments (id) ON DELETE CASCADE,
        attempt INTEGER NOT NULL,
        status TEXT NOT NULL
          CHECK (status IN ('running', 'paused', 'completed', 'failed', 'cancelled', 'interrupted')),
        executor TEXT NOT NULL,
        device TEXT,
        phase TEXT,
        step INTEGER NOT NULL DEFAULT 0,
        total_steps INTEGER NOT NULL DEFAULT 0,
        steps_per_second REAL,
        remaining_seconds REAL,
        error TEXT,
        result TEXT,
        started_at TEXT NOT NULL,
        ended_at TEXT,
        UNIQUE (experiment_id, attempt)
      ) STRICT;
      CREATE TABLE metrics (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        step INTEGER NOT NULL,
        elapsed_ms REAL NOT NULL,
        value REAL,
        PRIMARY KEY (run_id, name, step)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE previews (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        layer TEXT NOT NULL,
        step INTEGER NOT NULL,
        kernel_height INTEGER NOT NULL,
        kernel_width INTEGER NOT NULL,
        count INTEGER NOT NULL,
        original BLOB NOT NULL,
        reconstructed BLOB NOT NULL,
        PRIMARY KEY (run_id, layer)
      ) STRICT;
      CREATE TABLE checkpoints (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        phase TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (run_id, step)
      ) STRICT;
      CREATE TABLE evaluations (
        id TEXT PRIMARY KEY,
        network_id TEXT REFERENCES networks (id) ON DELETE CASCADE,
        run_id TEXT REFERENCES runs (id) ON DELETE CASCADE,
        dataset_id TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
        split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
        correct INTEGER NOT NULL,
        total INTEGER NOT NULL,
        device TEXT NOT NULL,
        predictions BLOB NOT NULL,
        created_at TEXT NOT NULL,
        CHECK ((network_id IS NULL) <> (run_id IS NULL))
      ) STRICT;
      CREATE INDEX evaluations_by_network ON evaluations (network_id, dataset_id, split);
      CREATE INDEX evaluations_by_run ON evaluations (run_id, dataset_id, split);
      CREATE TABLE log_lines (
        id INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        at TEXT NOT NULL,
        level TEXT NOT NULL CHECK (level IN ('info', 'warning', 'error')),
        text TEXT NOT NULL
      ) STRICT;
      CREATE INDEX log_lines_by_run ON log_lines (run_id, id);
      CREATE TABLE settings (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
      ) STRICT;
    `,
  },
  {
    version: 2,
    sql: `ALTER TABLE datasets ADD COLUMN skipped TEXT NOT NULL DEFAULT '{"count":0,"files":[]}'`,
  },
  {
    version: 3,
    sql: `
      CREATE TABLE importance (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        level TEXT NOT NULL CHECK (level IN ('weight', 'kernel', 'filter')),
        split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
        images INTEGER NOT NULL,
        seeds TEXT NOT NULL,
        layers TEXT NOT NULL,
        curves TEXT NOT NULL,
        device TEXT NOT NULL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (run_id, level, split, images)
      ) STRICT;
    `,
  },
  {
    version: 4,
    // What every network was measured with before it had one of its own: shared/network/preprocessing.ts, defaultPreprocessing.
    sql: `
      ALTER TABLE networks ADD COLUMN preprocessing TEXT NOT NULL
        DEFAULT '{"mean":[0.485,0.456,0.406],"standardDeviation":[0.229,0.224,0.225],"resize":0}'
    `,
  },
  {
    version: 5,
    // No trainer had ever sent a preview, so that the table holds nothing that could be lost.
    sql: `
      DROP TABLE previews;
      CREATE TABLE previews (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        layer TEXT NOT NULL,
        step INTEGER NOT NULL,
        relative_error REAL NOT NULL,
        kernel_height INTEGER NOT NULL,
        kernel_width INTEGER NOT NULL,
        count INTEGER NOT NULL,
        original BLOB NOT NULL,
        reconstructed BLOB NOT NULL,
        PRIMARY KEY (run_id, layer)
      ) STRICT;
      ALTER TABLE runs ADD COLUMN progress REAL;
      CREATE TABLE stage_times (
        executor TEXT NOT NULL,
        stage TEXT NOT NULL,
        seconds REAL NOT NULL,
        measured_at TEXT NOT NULL,
        PRIMARY KEY (executor, stage)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 6,
    // What lists show stands in narrow rows with plain columns, the long texts that only one experiment shows beside them.
    // The columns from `kind` on say again what those texts say (summary-columns.ts): whoever changes a text without
    // them, as this migration does, leaves `summary_is_current` at 0, and they are derived anew.
    sql: `
      CREATE TABLE experiment_configs (
        experiment_id TEXT PRIMARY KEY REFERENCES experiments (id) ON DELETE CASCADE,
        config TEXT NOT NULL
      ) STRICT;
      INSERT INTO experiment_configs SELECT id, config FROM experiments;
      ALTER TABLE experiments DROP COLUMN config;
      CREATE TABLE run_results (
        run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        result TEXT NOT NULL
      ) STRICT;
      INSERT INTO run_results SELECT id, result FROM runs WHERE result IS NOT NULL;
      ALTER TABLE runs DROP COLUMN result;

      ALTER TABLE experiments ADD COLUMN latest_run_id TEXT;
      UPDATE experiments SET latest_run_id =
        (SELECT id FROM runs WHERE experiment_id = experiments.id ORDER BY attempt DESC LIMIT 1);
      ALTER TABLE experiments ADD COLUMN provider TEXT;
      ALTER TABLE experiments ADD COLUMN summary_is_current INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE experiments ADD COLUMN kind TEXT;
      ALTER TABLE experiments ADD COLUMN config_digest TEXT;
      ALTER TABLE experiments ADD COLUMN architecture TEXT;
      ALTER TABLE experiments ADD COLUMN epochs INTEGER;
      ALTER TABLE experiments ADD COLUMN method_title TEXT;
      ALTER TABLE experiments ADD COLUMN hidden_size INTEGER;
      ALTER TABLE experiments ADD COLUMN reconstruction_steps INTEGER;
      ALTER TABLE experiments ADD COLUMN distillation_steps INTEGER;
      ALTER TABLE experiments ADD COLUMN quantisation_steps INTEGER;
      ALTER TABLE experiments ADD COLUMN accuracy REAL;
      ALTER TABLE experiments ADD COLUMN difference REAL;
      ALTER TABLE experiments ADD COLUMN ratio REAL;
      ALTER TABLE experiments ADD COLUMN total_bytes REAL;
      ALTER TABLE experiments ADD COLUMN seconds REAL;

      CREATE TRIGGER config_changed AFTER UPDATE ON experiment_configs BEGIN
        UPDATE experiments SET summary_is_current = 0 WHERE id = new.experiment_id;
      END;
      CREATE TRIGGER result_added AFTER INSERT ON run_results BEGIN
        UPDATE experiments SET summary_is_current = 0 WHERE latest_run_id = new.run_id;
      END;
      CREATE TRIGGER result_changed AFTER UPDATE ON run_results BEGIN
        UPDATE experiments SET summary_is_current = 0 WHERE latest_run_id = new.run_id;
      END;

      DROP INDEX experiments_by_status;
      CREATE INDEX experiments_by_status ON experiments (status, queue_order, id);
      CREATE INDEX experiments_by_place ON experiments (status, provider, queue_order);
      CREATE INDEX experiments_by_creation ON experiments (created_at);
      CREATE INDEX experiments_by_change ON experiments (updated_at);
      CREATE INDEX experiments_by_name ON experiments (name COLLATE NOCASE);
      CREATE INDEX experiments_by_run ON experiments (latest_run_id);
    `,
  },
  {
    version: 7,
    sql: `
      -- Images whose label is among the five largest logits; NULL where that was not measured.
      ALTER TABLE evaluations ADD COLUMN correct_top5 INTEGER;
    `,
  },
  {
    version: 8,
    sql: `
      -- Experiments planned together. Members keep their results when a batch is dissolved.
      CREATE TABLE batches (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        created_at TEXT NOT NULL
      ) STRICT;
      ALTER TABLE experiments ADD COLUMN batch_id TEXT REFERENCES batches (id) ON DELETE SET NULL;
      CREATE INDEX experiments_by_batch ON experiments (batch_id);
    `,
  },
  {
    version: 9,
    // What an experiment is asked for by any field (field-expressions.ts): `present` is its configuration in the present
    // version, as SQLite's binary JSON, derived with the other columns that `summary_is_current` speaks of.
    sql: `
      ALTER TABLE experiments ADD COLUMN trashed_at TEXT;
      ALTER TABLE experiments ADD COLUMN method TEXT;
      ALTER TABLE experiment_configs ADD COLUMN present BLOB;
      DROP TRIGGER config_changed;
      CREATE TRIGGER config_changed AFTER UPDATE OF config ON experiment_configs BEGIN
        UPDATE experiments SET summary_is_current = 0 WHERE id = new.experiment_id;
      END;
      UPDATE experiments SET summary_is_current = 0;
      CREATE TABLE views (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL UNIQUE COLLATE NOCASE,
        view TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
      ) STRICT;
    `,
  },
  {
    version: 10,
    // Points repeated the run and the name, which took most of their room; a series says them once, and what tables show.
    sql: `
      CREATE TABLE series (
        id INTEGER PRIMARY KEY,
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        count INTEGER NOT NULL DEFAULT 0,
        last_step INTEGER,
        -- NULL where the value is no number, as in points.
        last REAL,
        minimum REAL,
        maximum REAL,
        UNIQUE (run_id, name)
      ) STRICT;
      CREATE TABLE points (
        series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
        step INTEGER NOT NULL,
        elapsed_ms REAL NOT NULL,
        value REAL,
        PRIMARY KEY (series_id, step)
      ) STRICT, WITHOUT ROWID;
      INSERT INTO series (run_id, name, count, last_step, minimum, maximum)
        SELECT run_id, name, count(*), max(step), min(value), max(value) FROM metrics GROUP BY run_id, name;
      INSERT INTO points
        SELECT s.id, m.step, m.elapsed_ms, m.value FROM series s JOIN metrics m ON m.run_id = s.run_id AND m.name = s.name
        ORDER BY s.id, m.step;
      UPDATE series SET last = (SELECT value FROM points WHERE series_id = series.id AND step = last_step);
      DROP TABLE metrics;
    `,
  },
  {
    version: 11,
    sql: `
      -- In the order in which experiments were made, for good: the colour of each in charts depends on it.
      ALTER TABLE experiments ADD COLUMN number INTEGER;
      UPDATE experiments SET number = numbered.place
        FROM (SELECT id, row_number() OVER (ORDER BY created_at, id) AS place FROM experiments) AS numbered
        WHERE numbered.id = experiments.id;
      CREATE UNIQUE INDEX experiments_by_number ON experiments (number);
    `,
  },
  {
    version: 12,
    sql: `
      -- The experiment whose configuration it began with. No reference: a clone still says so when its origin is gone.
      ALTER TABLE experiments ADD COLUMN cloned_from TEXT;
    `,
  },
  {
    version: 13,
    sql: `
      -- How sure the network was of each prediction (shared/measures/predictions.ts); NULL where that was not kept.
      ALTER TABLE evaluations ADD COLUMN confidences BLOB;
    `,
  },
  {
    version: 14,
    sql: `
      -- How many backups were made: the newest is the one that counted furthest, whatever a clock said.
      CREATE TABLE counters (
        name TEXT PRIMARY KEY,
        value INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 15,
    sql: `
      -- As the trainer told them; runs that ended before have none.
      CREATE TABLE run_phases (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        first_step INTEGER NOT NULL,
        name TEXT NOT NULL,
        steps INTEGER NOT NULL,
        PRIMARY KEY (run_id, first_step)
      ) STRICT, WITHOUT ROWID;
      -- From this training time on, how much later the clock on the wall is, both from the start of the run.
      CREATE TABLE wall_offsets (
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        elapsed_ms REAL NOT NULL,
        offset_ms REAL NOT NULL,
        PRIMARY KEY (run_id, elapsed_ms)
      ) STRICT, WITHOUT ROWID;
    `,
  },
  {
    version: 16,
    sql: `
      -- When it was moved to the trash; NULL where it was not.
      ALTER TABLE networks ADD COLUMN trashed_at TEXT;
      ALTER TABLE datasets ADD COLUMN trashed_at TEXT;
    `,
  },
  {
    version: 17,
    sql: `
      -- What each layer of a compression costs. By content: it is the same for every run that made the same package.
      CREATE TABLE layer_effects (
        package_sha256 TEXT NOT NULL,
        dataset_sha256 TEXT NOT NULL,
        split TEXT NOT NULL CHECK (split IN ('train', 'validation', 'test')),
        images INTEGER NOT NULL,
        run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
        effects TEXT NOT NULL,
        device TEXT NOT NULL,
        created_at TEXT NOT NULL,
        PRIMARY KEY (package_sha256, dataset_sha256, split, images)
      ) STRICT;
    `,
  },
]

export const schemaVersion = migrations.at(-1)?.version ?? 0

/** The version a database says it has; 0 for an empty one. */
export function readVersion(db: Database): number {
  return Number(db.pragma('user_version', { simple: true }))
}

/** Throws `store-newer` for a database that a newer studio wrote. */
export function assertNotNewer(db: Database): void {
  const version = readVersion(db)
  if (version <= schemaVersion) return
  throw new AppException({
    code: 'store-newer',
    message: `The store has version ${version}, this studio knows versions up to ${schemaVersion}.`,
    where: db.name,
    remedy: 'Update the studio, or use another store (--store DIR). Nothing was changed.',
  })
}

/**
 * Brings a database to `target` in one transaction, or leaves it as it was.
 * Errors: `store-newer` when a newer studio wrote it.
 */
export function migrate(db: Database, target = schemaVersion): void {
  assertNotNewer(db)
  const from = readVersion(db)
  db.transaction(() => {
    for (const { version, sql } of migrations) {
      if (version <= from || version > target) continue
      db.exec(sql)
      db.pragma(`user_version = ${version}`)
    }
  })()
}
