import { existsSync, readdirSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { StoreOrphan } from '#shared/protocol/commands/store-care.ts'
import type { StoreLayout } from '../layout.ts'
import type { Database } from '../sqlite.ts'
import { filesBelow } from './walk-files.ts'

/** A file gets its row a moment after its name: what is younger may still get one. */
const YOUNG_MS = 60 * 60_000

interface Place {
  readonly folder: string
  /** Which of its entries the store knows. */
  readonly known: (name: string) => boolean
  readonly reason: string
}

/** What belongs to nothing that the store knows, the trash included. `now` is in milliseconds since 1970. */
export async function findOrphans(db: Database, layout: StoreLayout, now: number): Promise<readonly StoreOrphan[]> {
  const column = (sql: string) => new Set(db.prepare<[], string>(sql).pluck().all())
  const networks = column('SELECT sha256 FROM networks')
  const datasets = column('SELECT sha256 FROM datasets')
  const runs = column('SELECT id FROM runs')
  const forks = column('SELECT sha256 FROM forks')
  const places: readonly Place[] = [
    {
      folder: layout.networks,
      known: (name) => networks.has(name.replace(/\.(safetensors|json)$/, '')),
      reason: 'of a network that is not in the library',
    },
    {
      folder: layout.permutations,
      known: (name) => networks.has(name),
      reason: 'of a network that is not in the library',
    },
    {
      folder: layout.datasets,
      known: (name) => datasets.has(name),
      reason: 'of a data set that is not in the library',
    },
    { folder: layout.runs, known: (name) => runs.has(name), reason: 'of an experiment that was deleted' },
    {
      folder: layout.forks,
      known: (name) => forks.has(name.replace(/\.safetensors$/, '')),
      reason: 'of an experiment that was deleted',
    },
  ]
  const paths = places.flatMap(({ folder, known, reason }) =>
    namesIn(folder)
      .filter((name) => !known(name))
      .map((name) => ({ path: join(folder, name), reason })),
  )
  const parts = (await filesBelow(layout.runs))
    .filter(({ path }) => path.endsWith('.part') && !paths.some((orphan) => path.startsWith(orphan.path)))
    .map(({ path }) => ({ path, reason: 'half written when a process ended' }))
  const orphans: StoreOrphan[] = []
  for (const { path, reason } of [...paths, ...parts]) {
    if (now - statSync(path).mtimeMs < YOUNG_MS) continue
    orphans.push({ path: relative(layout.folder, path), reason, sizeBytes: await sizeBelow(path) })
  }
  return orphans
}

/** Removes them for good; returns those that are gone. */
export async function removeOrphans(
  layout: StoreLayout,
  orphans: readonly StoreOrphan[],
): Promise<readonly StoreOrphan[]> {
  for (const { path } of orphans) await rm(join(layout.folder, path), { recursive: true, force: true })
  return orphans
}

async function sizeBelow(path: string): Promise<number> {
  const facts = statSync(path)
  if (!facts.isDirectory()) return facts.size
  return (await filesBelow(path)).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder) : []
}
