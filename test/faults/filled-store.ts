/** Stores with something to lose, made by the command line itself. */
import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { join } from 'node:path'
import { runManifestPath, storeLayout } from '#main/store/layout.ts'
import { migrate } from '#main/store/migrate.ts'
import { schemaVersion } from '#main/store/migrations.ts'
import { insertRow, rowsWhere, tableShapes } from '#main/store/repair/table-rows.ts'
import { loadSqlite, type Database } from '#main/store/sqlite.ts'
import { studioOrThrow, startStudio } from './scenario.ts'
import { fillTemplate } from './template.ts'

const settings = ['--set', 'reconstruction.steps=60', '--set', 'checkpointEverySteps=10']
const runNamed = (name: string) => ['run', '--network', 'small', '--dataset', 'images', '--name', name, ...settings]
/** The first version whose points lie as they do now. */
const oldestVersion = 10
/** With tables of phases and times of runs, of which manifests speak. */
const firstVersionWithPhases = 15

/** One experiment is in the newest backup, one was completed after it, and one is paused with two checkpoints. */
export async function fillWithExperiments(folder: string): Promise<string> {
  const store = join(folder, 'filled')
  if (existsSync(store)) return store
  const making = await fillTemplate(join(folder, 'making', 'filled'))
  await studioOrThrow(making, runNamed('mine'))
  await studioOrThrow(making, ['store', 'backup'])
  await studioOrThrow(making, runNamed('late'))
  await leavePaused(making)
  cpSync(making, store, { recursive: true })
  return store
}

async function leavePaused(store: string): Promise<void> {
  const held = { NERN_TRAINER_SCRIPT: JSON.stringify({ holdAtStep: 35 }) }
  const { child, ended } = startStudio(store, runNamed('paused'), held)
  while (child.exitCode === null && !checkpointsIn(store).some((path) => path.includes('checkpoint-0000003'))) {
    await wait(20)
  }
  child.kill('SIGINT')
  await ended
}

/** Paths of the checkpoints in a store. */
export function checkpointsIn(store: string): readonly string[] {
  const names = readdirSync(join(store, 'runs'), { recursive: true, encoding: 'utf8' })
  return names
    .filter((name) => /checkpoint-[^/]*$/.test(name) && !name.endsWith('.part'))
    .map((name) => join(store, 'runs', name))
    .sort()
}

/** Versions that a store can be taken back to. */
export const earlierVersions: readonly number[] = Array.from(
  { length: schemaVersion - oldestVersion },
  (_, at) => oldestVersion + at,
)

/** A copy of a store as an earlier studio had it: the same rows in tables and columns of that version. */
export function copyOfVersion(store: string, version: number, folder: string): string {
  const copy = join(folder, `version-${version}`)
  if (existsSync(copy)) return copy
  cpSync(store, copy, { recursive: true })
  const sqlite = loadSqlite()
  const made = join(folder, `made-${version}.sqlite`)
  const [from, to] = [new sqlite(join(store, 'studio.sqlite'), { readonly: true }), new sqlite(made)]
  try {
    migrate(to, version)
    to.pragma('foreign_keys = OFF')
    copyRows(from, to)
    // What is derived is derived again.
    to.exec('UPDATE experiments SET summary_is_current = 0')
    to.pragma('journal_mode = WAL')
  } finally {
    from.close()
    to.close()
  }
  copyFileSync(made, join(copy, 'studio.sqlite'))
  // Manifests speak of tables that the version had not; the studio that had it wrote none.
  if (version < firstVersionWithPhases) removeManifests(copy)
  mkdirSync(join(copy, 'temporary'), { recursive: true })
  return copy
}

function removeManifests(store: string): void {
  const layout = storeLayout(store)
  for (const run of readdirSync(layout.runs)) rmSync(runManifestPath(layout, run), { force: true })
}

function copyRows(from: Database, to: Database): void {
  const shapes = new Map(tableShapes(from).map((shape) => [shape.name, shape.columns]))
  for (const { name, columns } of tableShapes(to)) {
    const common = columns.filter((column) => shapes.get(name)?.includes(column))
    if (common.length === 0) continue
    for (const row of rowsWhere(from, name, '1')) {
      insertRow(to, name, Object.fromEntries(common.map((column) => [column, row[column] ?? null])))
    }
  }
}
