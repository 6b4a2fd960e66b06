import { existsSync, readFileSync, statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { basename, join, relative } from 'node:path'
import { toAppError } from '#shared/basics/result.ts'
import type { StoreCheck, StoreFinding } from '#shared/protocol/commands/store-care.ts'
import { assertImageCache } from '../../files/image-cache-digest.ts'
import { assertSha256 } from '../../files/sha256.ts'
import { datasetPath, networkPath, runManifestPath, runPath, type StoreLayout } from '../layout.ts'
import { checkpointFileName } from '../checkpoints.ts'
import { ManifestDatabases, parseManifest } from '../repair/manifest.ts'
import { differencesOfRun } from '../repair/merge-store.ts'
import { tableShapes } from '../repair/table-rows.ts'
import { defineRowChecksum } from '../row-checksum.ts'
import type { Database, Sqlite } from '../sqlite.ts'
import { refreshSummary, wrongSummaries } from '../summary-columns.ts'

/** Hears how far a check is; throws to end it. */
type OnProgress = (what: string, done: number, total: number) => void

/** What SQLite finds wrong, table by table: between two of them the process does what else there is to do. */
async function checkDatabase(db: Database, onProgress: OnProgress = () => {}): Promise<readonly string[]> {
  const tables = tableShapes(db)
  const found: string[] = []
  for (const [at, { name }] of tables.entries()) {
    onProgress('Checking the database', at, tables.length)
    const answer = String(db.pragma(`quick_check('${name}')`, { simple: true }))
    if (answer !== 'ok') found.push(`${name}: ${answer}`)
    await setImmediate()
  }
  return found
}

/** What is shown as numbers beside its checksums. */
function checkCells(db: Database): readonly StoreFinding[] {
  defineRowChecksum(db)
  const summaries = wrongSummaries(db)
  // What tables show is derived: again, it is right.
  if (!db.readonly) for (const { id } of summaries) refreshSummary(db, id)
  const evaluations = db
    .prepare<[], { subject: string }>(
      `SELECT coalesce('run ' || run_id, 'network ' || network_id) AS subject FROM evaluations
       WHERE row_checksum(split, correct, correct_top5, total, predictions, confidences) IS NOT checksum`,
    )
    .all()
  return [
    ...summaries.map(({ name }) => ({
      where: `experiment ${name}`,
      problem: 'What the table shows of it is not what was written.',
      remedy: 'It is derived again when it is read, and for good by whoever owns the store.',
    })),
    ...evaluations.map(({ subject }) => ({
      where: subject,
      problem: 'What was measured of it is not what was written.',
      remedy: 'Measure it again; of a run: studio store repair --way salvage, with the studio closed.',
    })),
  ]
}

interface Checked {
  readonly path: string
  /** Throws `AppException` where it is not what was written. */
  readonly verify: () => Promise<void>
}

/** Everything of a store: the database, what it says of finished runs beside their manifests, and with `files` every file. */
export async function checkStore(
  { sqlite, db, layout }: { readonly sqlite: Sqlite; readonly db: Database; readonly layout: StoreLayout },
  hasFiles: boolean,
  onProgress: OnProgress,
): Promise<StoreCheck> {
  const findings: StoreFinding[] = (await checkDatabase(db, onProgress)).map((problem) => ({
    where: basename(layout.database),
    problem,
    remedy: 'Close the studio, then see what can be kept: studio store repair --dry-run',
  }))
  findings.push(...checkCells(db), ...(await checkRuns(sqlite, db, layout, onProgress)))
  if (!hasFiles) return { findings, files: 0, sizeBytes: 0 }
  const files = filesToCheck(db, layout)
  let sizeBytes = 0
  for (const [at, { path, verify }] of files.entries()) {
    onProgress('Checking files', at, files.length)
    try {
      await verify()
      sizeBytes += statSync(path).size
    } catch (thrown) {
      const { message, remedy = 'Copy it back from elsewhere.' } = toAppError(thrown)
      findings.push({ where: relative(layout.folder, path), problem: message, remedy })
    }
  }
  return { findings, files: files.length, sizeBytes }
}

function filesToCheck(db: Database, layout: StoreLayout): readonly Checked[] {
  const column = (sql: string) => db.prepare<[], string>(sql).pluck().all()
  const networks = column('SELECT sha256 FROM networks').map((sha256) => {
    const path = networkPath(layout, sha256)
    return { path, verify: () => assertSha256(path, sha256, 'Remove this network and import it again.') }
  })
  const datasets = column('SELECT sha256 FROM datasets').map((sha256) => {
    const path = datasetPath(layout, sha256)
    return { path, verify: () => assertImageCache(path, sha256) }
  })
  const checkpoints = db
    .prepare<[], { run: string; step: number; sha256: string }>('SELECT run_id AS run, step, sha256 FROM checkpoints')
    .all()
    .map(({ run, step, sha256 }) => {
      const path = join(runPath(layout, run), checkpointFileName({ step, sha256 }))
      return { path, verify: () => assertSha256(path, sha256, 'The run goes on from the one before it.') }
    })
  const packages = runsWithManifest(db, layout).flatMap((run) =>
    manifestFiles(layout, run).map(({ name, sha256 }) => {
      const path = join(runPath(layout, run), name)
      const remedy = 'Run the experiment again: its seed gives the same result.'
      return { path, verify: () => assertSha256(path, sha256, remedy) }
    }),
  )
  return [...networks, ...datasets, ...checkpoints, ...packages]
}

function runsWithManifest(db: Database, layout: StoreLayout): readonly string[] {
  const completed = db.prepare<[], string>(`SELECT id FROM runs WHERE status = 'completed'`).pluck().all()
  return completed.filter((id) => existsSync(runManifestPath(layout, id)))
}

/** None of a manifest that is not what was written: `checkRuns` names it. */
function manifestFiles(
  layout: StoreLayout,
  run: string,
): readonly { readonly name: string; readonly sha256: string }[] {
  const path = runManifestPath(layout, run)
  try {
    return parseManifest(readFileSync(path, 'utf8'), path).files
  } catch {
    return []
  }
}

async function checkRuns(
  sqlite: Sqlite,
  db: Database,
  layout: StoreLayout,
  onProgress: OnProgress,
): Promise<readonly StoreFinding[]> {
  const databases = new ManifestDatabases(sqlite)
  const findings: StoreFinding[] = []
  const runs = runsWithManifest(db, layout)
  for (const [at, run] of runs.entries()) {
    onProgress('Checking results', at, runs.length)
    const path = runManifestPath(layout, run)
    try {
      const own = databases.open(parseManifest(readFileSync(path, 'utf8'), path))
      const wrong = differencesOfRun(own, db, run)
      own.close()
      if (wrong.length > 0) {
        const problem = `The database does not say of its ${wrong.join(' and ')} what was written when it completed.`
        const remedy =
          'Close the studio, then take what was written from its manifest: studio store repair --way salvage'
        findings.push({ where: `run ${run}`, problem, remedy })
      }
    } catch (thrown) {
      const { message, remedy = '' } = toAppError(thrown)
      findings.push({ where: relative(layout.folder, path), problem: message, remedy })
    }
    await setImmediate()
  }
  return findings
}
