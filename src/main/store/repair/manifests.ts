import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { readdir, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { AppException } from '#shared/basics/result.ts'
import { atomicWrite } from '../../files/atomic-write.ts'
import { sha256OfFile } from '../../files/sha256.ts'
import {
  datasetPath,
  networkManifestPath,
  runManifestPath,
  datasetManifestPath,
  runPath,
  type StoreLayout,
} from '../layout.ts'
import type { Database } from '../sqlite.ts'
import {
  encodeManifest,
  parseManifest,
  renewedManifest,
  tablesOfLibrary,
  tablesOfRun,
  type ManifestFile,
} from './manifest.ts'
import { rowsWhere, textCell } from './table-rows.ts'

/** What is written of a store beside its files, so that it can be put together again from them. */
export class Manifests {
  readonly #db: Database
  readonly #layout: StoreLayout
  readonly #changed = new Set<string>()

  constructor(db: Database, layout: StoreLayout) {
    this.#db = db
    this.#layout = layout
  }

  /** After a run has completed, with the digests of its files; does nothing for another one. Errors as `atomicWrite`. */
  async ofRun(runId: string): Promise<void> {
    const tables = tablesOfRun(this.#db, runId)
    const folder = runPath(this.#layout, runId)
    if (tables === undefined || !existsSync(folder)) return
    const names = (await readdir(folder)).filter((name) => /^(package\.|reconstructed)/.test(name)).sort()
    const files: ManifestFile[] = []
    for (const name of names) {
      const path = join(folder, name)
      files.push({ name, sizeBytes: statSync(path).size, sha256: await sha256OfFile(path) })
    }
    await writeManifest(runManifestPath(this.#layout, runId), encodeManifest(tables, files))
  }

  /** After a network came in. Errors as `atomicWrite`. */
  async ofNetwork(sha256: string): Promise<void> {
    const tables = tablesOfLibrary(this.#db, 'networks', sha256)
    await writeManifest(networkManifestPath(this.#layout, sha256), encodeManifest(tables, []))
  }

  /** After a data set came in. Errors as `atomicWrite`. */
  async ofDataset(sha256: string): Promise<void> {
    if (!existsSync(datasetPath(this.#layout, sha256))) return
    const tables = tablesOfLibrary(this.#db, 'datasets', sha256)
    await writeManifest(datasetManifestPath(this.#layout, sha256), encodeManifest(tables, []))
  }

  /** What people may change of an experiment has changed: `writeChanged` says so beside the files of its runs. */
  noteChanged(experimentId: string): void {
    this.#changed.add(experimentId)
  }

  /** All that was noted, each once however often it changed. Errors as `atomicWrite`. */
  async writeChanged(): Promise<void> {
    for (const id of this.#changed) {
      const [experiment] = rowsWhere(this.#db, 'experiments', 'id = ?', id)
      const runs = rowsWhere(this.#db, 'runs', `experiment_id = ? AND status = 'completed'`, id)
      for (const run of runs) {
        const path = runManifestPath(this.#layout, textCell(run, 'id'))
        if (experiment === undefined || !existsSync(path)) continue
        await writeManifest(path, renewedManifest(await readFile(path, 'utf8'), path, experiment))
      }
      this.#changed.delete(id)
    }
  }

  /** Before the file of a network goes. */
  async removeOfNetwork(sha256: string): Promise<void> {
    await rm(networkManifestPath(this.#layout, sha256), { force: true })
  }

  /**
   * Writes those that are missing: a kill came between a run and its manifest, or an earlier studio wrote none. Returns
   * how many were.
   */
  async writeMissing(): Promise<number> {
    let written = 0
    const shas = (table: string) => this.#db.prepare<[], string>(`SELECT sha256 FROM ${table}`).pluck().all()
    for (const sha256 of shas('networks')) {
      if (existsSync(networkManifestPath(this.#layout, sha256))) continue
      await this.ofNetwork(sha256)
      written++
    }
    for (const sha256 of shas('datasets')) {
      if (existsSync(datasetManifestPath(this.#layout, sha256)) || !existsSync(datasetPath(this.#layout, sha256)))
        continue
      await this.ofDataset(sha256)
      written++
    }
    const runs = this.#db.prepare<[], string>(`SELECT id FROM runs WHERE status = 'completed'`).pluck().all()
    for (const id of runs) {
      if (existsSync(runManifestPath(this.#layout, id)) || !existsSync(runPath(this.#layout, id))) continue
      await this.ofRun(id)
      written++
    }
    return written
  }
}

async function writeManifest(path: string, text: string): Promise<void> {
  await atomicWrite(path, new TextEncoder().encode(text))
}

/** Paths of all manifests of a store: networks and data sets before the runs that need them. */
export function manifestPaths(layout: StoreLayout): readonly string[] {
  const inside = (folder: string) => namesIn(folder).map((name) => join(folder, name, 'manifest.json'))
  const ofNetworks = namesIn(layout.networks).filter((name) => name.endsWith('.json'))
  return [
    ...ofNetworks.map((name) => join(layout.networks, name)),
    ...inside(layout.datasets),
    ...inside(layout.runs),
  ].filter((path) => existsSync(path))
}

/** What a file beside a run's manifest must be; undefined where nobody said. Errors: `file-corrupt` for the manifest. */
function fileInManifest(layout: StoreLayout, runId: string, path: string): ManifestFile | undefined {
  const manifest = runManifestPath(layout, runId)
  if (!existsSync(manifest)) return undefined
  return parseManifest(readFileSync(manifest, 'utf8'), manifest).files.find(({ name }) => name === basename(path))
}

/** Text of the result that a run wrote, from its manifest; undefined where that is missing or not whole. */
export function writtenResult(layout: StoreLayout, runId: string): string | undefined {
  const path = runManifestPath(layout, runId)
  try {
    return parseManifest(readFileSync(path, 'utf8'), path).textOf('run_results', 'result')
  } catch {
    // Whoever asks says that the result is lost.
    return undefined
  }
}

function namesIn(folder: string): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).sort() : []
}

/** Throws `file-corrupt` unless a file of a finished run is what was written. */
export async function assertAsWritten(layout: StoreLayout, runId: string, path: string): Promise<void> {
  const expected = fileInManifest(layout, runId, path)
  if (expected === undefined) return
  const found = await sha256OfFile(path)
  if (found === expected.sha256) return
  throw new AppException({
    code: 'file-corrupt',
    message: `${basename(path)} is not what the run wrote: expected SHA-256 ${expected.sha256} (${expected.sizeBytes} bytes), found ${found} (${statSync(path).size} bytes).`,
    where: path,
    remedy: 'Copy it back from elsewhere, or run the experiment again: its seed gives the same result.',
  })
}
