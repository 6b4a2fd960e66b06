import { homedir } from 'node:os'
import { join } from 'node:path'
import type { PackageFormat } from '#shared/package/export-formats.ts'

/** Where everything in a store lies. Files are named by content, so a name never means two things. */
export interface StoreLayout {
  readonly folder: string
  /** Says that the folder is a store, and which. */
  readonly mark: string
  readonly database: string
  readonly lock: string
  readonly owner: string
  /** Where the owner takes commands of others. */
  readonly handover: string
  readonly log: string
  readonly networks: string
  /** Permutations found of them. */
  readonly permutations: string
  readonly datasets: string
  readonly runs: string
  /** Checkpoints that forks begin with. */
  readonly forks: string
  readonly backups: string
  /** Of files fetched from the network, and of what has come of them so far. */
  readonly downloads: string
  /** Files being made; emptied when a store is opened. */
  readonly temporary: string
  /** Databases that were damaged, kept for rescue. */
  readonly damaged: string
}

export function storeLayout(folder: string): StoreLayout {
  return {
    folder,
    mark: join(folder, 'store.json'),
    database: join(folder, 'studio.sqlite'),
    lock: join(folder, 'store.lock'),
    owner: join(folder, 'owner.json'),
    handover: join(folder, 'handover.json'),
    log: join(folder, 'studio.log'),
    networks: join(folder, 'networks'),
    permutations: join(folder, 'permutations'),
    datasets: join(folder, 'datasets'),
    runs: join(folder, 'runs'),
    forks: join(folder, 'forks'),
    backups: join(folder, 'backups'),
    downloads: join(folder, 'downloads'),
    temporary: join(folder, 'temporary'),
    damaged: join(folder, 'damaged'),
  }
}

export function networkPath(layout: StoreLayout, sha256: string): string {
  return join(layout.networks, `${sha256}.safetensors`)
}

export function permutationFolder(layout: StoreLayout, networkSha256: string): string {
  return join(layout.permutations, networkSha256)
}

export function datasetPath(layout: StoreLayout, sha256: string): string {
  return join(layout.datasets, sha256)
}

export function runPath(layout: StoreLayout, runId: string): string {
  return join(layout.runs, runId)
}

/** What the database says of a completed run, beside its files. */
export function runManifestPath(layout: StoreLayout, runId: string): string {
  return join(runPath(layout, runId), 'manifest.json')
}

export function networkManifestPath(layout: StoreLayout, sha256: string): string {
  return join(layout.networks, `${sha256}.json`)
}

export function datasetManifestPath(layout: StoreLayout, sha256: string): string {
  return join(datasetPath(layout, sha256), 'manifest.json')
}

/** The checkpoint that forks begin with. */
export function forkPath(layout: StoreLayout, sha256: string): string {
  return join(layout.forks, `${sha256}.safetensors`)
}

/** The package of a completed run; compressions of earlier versions of the studio left none. */
export function packagePath(layout: StoreLayout, runId: string, format: PackageFormat): string {
  return join(runPath(layout, runId), `package.${format}.safetensors`)
}

/** Snapshots of a run's kernels (formats/kernel-history). */
export function kernelsPath(layout: StoreLayout, runId: string): string {
  return join(runPath(layout, runId), 'kernels')
}

/** Which kernels those snapshots show. */
export function kernelSamplePath(layout: StoreLayout, runId: string): string {
  return join(kernelsPath(layout, runId), 'sample.safetensors')
}

export function kernelSnapshotName(step: number): string {
  return `step-${String(step).padStart(8, '0')}.safetensors`
}

/** Of a file that `kernelSnapshotName` named; undefined for any other. */
export function snapshotStepOf(fileName: string): number | undefined {
  const [, digits] = /^step-(\d{8,15})\.safetensors$/.exec(fileName) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** Every tensor of a completed run's reconstructed network. */
export function reconstructedPath(layout: StoreLayout, runId: string): string {
  return join(runPath(layout, runId), 'reconstructed.safetensors')
}

/** NERN_STORE, else the folder for application data of this platform. */
export function defaultStoreFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home = homedir(),
): string {
  const named = env['NERN_STORE']
  return named !== undefined && named !== '' ? named : applicationDataFolder(env, platform, home)
}

/** Where this platform keeps the data of the studio; nobody else puts files there. */
export function applicationDataFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home = homedir(),
): string {
  if (platform === 'win32') return join(env['APPDATA'] ?? join(home, 'AppData', 'Roaming'), 'NeRN Studio')
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'NeRN Studio')
  const dataHome = env['XDG_DATA_HOME']
  return join(dataHome === undefined || dataHome === '' ? join(home, '.local', 'share') : dataHome, 'nern-studio')
}
