/** One step from a version of the database to the next. */
export interface Migration {
  readonly version: number
  readonly sql: string
}

/** Steps from an empty database to version 6; `migrations.ts` goes on. */
export const firstMigrations: readonly Migration[] = [
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
]
