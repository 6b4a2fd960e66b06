import { basename, join, relative, sep } from 'node:path'
import { storeKinds, type StoreKind, type StoreUsage } from '#shared/protocol/commands/store-care.ts'
import { listBackups } from '../backups.ts'
import type { StoreLayout } from '../layout.ts'
import type { Database } from '../sqlite.ts'
import { filesBelow, type FoundFile } from './walk-files.ts'

const MOST_EXPERIMENTS = 20

/** Disk used, by kind and by experiment. */
export async function measureStore(db: Database, layout: StoreLayout): Promise<StoreUsage> {
  const files = await filesBelow(layout.folder)
  const kinds = new Map<StoreKind, { files: number; sizeBytes: number }>()
  const ofRuns = new Map<string, number>()
  for (const file of files) {
    const kind = kindOf(layout, file.path)
    const sum = kinds.get(kind) ?? { files: 0, sizeBytes: 0 }
    kinds.set(kind, { files: sum.files + 1, sizeBytes: sum.sizeBytes + file.sizeBytes })
    const [part = '', run = ''] = relative(layout.folder, file.path).split(sep)
    if (part === basename(layout.runs)) ofRuns.set(run, (ofRuns.get(run) ?? 0) + file.sizeBytes)
  }
  const found = storeKinds.flatMap((kind) => {
    const sum = kinds.get(kind)
    return sum === undefined ? [] : [{ kind, ...sum }]
  })
  return {
    folder: layout.folder,
    kinds: found,
    sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    backups: listBackups(layout).map(({ name, createdAt }) => ({
      name,
      createdAt,
      sizeBytes: sizeOf(files, join(layout.backups, name)),
    })),
    experiments: largestExperiments(db, ofRuns),
  }
}

function sizeOf(files: readonly FoundFile[], path: string): number {
  return files.find((file) => file.path === path)?.sizeBytes ?? 0
}

function kindOf(layout: StoreLayout, path: string): StoreKind {
  const [part = '', , inside = ''] = relative(layout.folder, path).split(sep)
  const folders: Readonly<Record<string, StoreKind>> = {
    networks: 'networks',
    permutations: 'permutations',
    datasets: 'datasets',
    backups: 'backups',
    damaged: 'damaged',
    downloads: 'downloads',
    forks: 'checkpoints',
  }
  if (part.startsWith(basename(layout.database))) return 'database'
  if (part !== basename(layout.runs)) return folders[part] ?? 'other'
  if (inside === 'kernels') return 'snapshots'
  return inside.startsWith('checkpoint-') ? 'checkpoints' : 'packages'
}

function largestExperiments(db: Database, ofRuns: ReadonlyMap<string, number>): StoreUsage['experiments'] {
  const rows = db
    .prepare<[], { run: string; id: string; name: string }>(
      'SELECT r.id AS run, e.id, e.name FROM runs r JOIN experiments e ON e.id = r.experiment_id',
    )
    .all()
  const sums = new Map<string, { id: string; name: string; sizeBytes: number }>()
  for (const { run, id, name } of rows) {
    const sizeBytes = (sums.get(id)?.sizeBytes ?? 0) + (ofRuns.get(run) ?? 0)
    if (sizeBytes > 0) sums.set(id, { id, name, sizeBytes })
  }
  return [...sums.values()].sort((a, b) => b.sizeBytes - a.sizeBytes).slice(0, MOST_EXPERIMENTS)
}
