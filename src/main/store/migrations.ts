import { firstMigrations, type Migration } from './first-migrations.ts'

/** Steps from an empty database to the present one. Only append; each has a test from the version before it. */
export const migrations: readonly Migration[] = [
  ...firstMigrations,
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
  {
    version: 18,
    sql: `
      -- Experiments that begin with a copy of a checkpoint (forkPath).
      CREATE TABLE forks (
        experiment_id TEXT PRIMARY KEY REFERENCES experiments (id) ON DELETE CASCADE,
        run_id TEXT NOT NULL, step INTEGER NOT NULL, phase TEXT NOT NULL, sha256 TEXT NOT NULL
      ) STRICT;
      CREATE INDEX experiments_by_origin ON experiments (cloned_from);
    `,
  },
  {
    version: 19,
    sql: `
      -- Slurm clusters, by name: an alias of ssh, and what is asked for there.
      CREATE TABLE clusters (
        name TEXT PRIMARY KEY,
        config TEXT NOT NULL,
        created_at TEXT NOT NULL
      ) STRICT;
      -- Name of the cluster it is for; '' is this computer.
      ALTER TABLE experiments ADD COLUMN place TEXT NOT NULL DEFAULT '';
      -- Of a run on a cluster: how Slurm knows it, what it last said, and how far its events are in this store.
      CREATE TABLE remote_runs (
        run_id TEXT PRIMARY KEY REFERENCES runs (id) ON DELETE CASCADE,
        cluster TEXT NOT NULL,
        -- Made here before the call that it names: a lost answer submits nothing twice.
        submission TEXT NOT NULL,
        state TEXT NOT NULL,
        array_job INTEGER,
        task INTEGER,
        attempt INTEGER NOT NULL DEFAULT 0,
        offset INTEGER NOT NULL DEFAULT 0,
        wish TEXT,
        -- A checkpoint that is told of and not fetched yet, as JSON.
        awaited TEXT,
        reason TEXT,
        starts_at TEXT,
        never TEXT,
        node TEXT,
        cpu_model TEXT,
        executor_version TEXT,
        heard_at TEXT,
        interruptions INTEGER NOT NULL DEFAULT 0,
        interrupted_step INTEGER NOT NULL DEFAULT -1
      ) STRICT;
    `,
  },
  {
    version: 20,
    sql: `
      -- row_checksum of what is shown as numbers (row-checksum.ts): a flipped bit is found by whoever reads the row.
      ALTER TABLE run_results ADD COLUMN checksum INTEGER;
      UPDATE run_results SET checksum = row_checksum(result);
      ALTER TABLE evaluations ADD COLUMN checksum INTEGER;
      UPDATE evaluations SET checksum = row_checksum(split, correct, correct_top5, total, predictions, confidences);
      ALTER TABLE experiments ADD COLUMN summary_checksum INTEGER;
      UPDATE experiments SET summary_checksum = row_checksum(kind, config_digest, architecture, epochs, method_title,
        hidden_size, reconstruction_steps, distillation_steps, quantisation_steps, accuracy, difference, ratio, total_bytes,
        seconds);
    `,
  },
  {
    version: 21,
    sql: `
      -- What a run on a cluster asks for where that is not what the cluster's settings say, as JSON.
      ALTER TABLE remote_runs ADD COLUMN resources TEXT;
      -- The job whose place a newer submission takes, until it was cancelled, as JSON.
      ALTER TABLE remote_runs ADD COLUMN replaced TEXT;
    `,
  },
]

export const schemaVersion = migrations.at(-1)?.version ?? 0
