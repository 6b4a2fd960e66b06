import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { z } from 'zod'
import type { PickedFile } from '#shared/protocol/commands/files.ts'
import { atomicWrite } from '../files/atomic-write.ts'
import type { TokenTable } from '../files/token-table.ts'

const keptAtMost = 12

const fileSchema = z.strictObject({ paths: z.array(z.string().min(1)).max(keptAtMost) })

interface RecentFilesOptions {
  /** The file that keeps them from one start to the next. */
  readonly file: string
  readonly tokens: TokenTable
  /** Told after every change. */
  readonly onChange: () => void
  readonly onError: (text: string) => void
}

/** Files that came in lately, the newest first. A list that cannot be read is an empty one: it is a convenience. */
export class RecentFiles {
  readonly #options: RecentFilesOptions
  readonly #picked = new Map<string, PickedFile>()
  #paths: readonly string[]
  #written: Promise<void> = Promise.resolve()

  constructor(options: RecentFilesOptions) {
    this.#options = options
    this.#paths = readPaths(options.file)
  }

  get list(): readonly { readonly path: string; readonly fileName: string }[] {
    return this.#paths.map((path) => ({ path, fileName: basename(path) }))
  }

  /** As a window may know them. */
  get picked(): readonly PickedFile[] {
    return this.#paths.map((path) => this.#tokenOf(path))
  }

  add(path: string): void {
    this.#put([path, ...this.#paths.filter((other) => other !== path)].slice(0, keptAtMost))
  }

  forget(): void {
    this.#put([])
  }

  /** Resolves when the list is on disk. */
  async written(): Promise<void> {
    await this.#written
  }

  /** The same one as long as the app runs: a window may hold it. */
  #tokenOf(path: string): PickedFile {
    const known = this.#picked.get(path)
    if (known !== undefined) return known
    const picked = this.#options.tokens.add(path)
    this.#picked.set(path, picked)
    return picked
  }

  #put(paths: readonly string[]): void {
    this.#paths = paths
    const bytes = new TextEncoder().encode(JSON.stringify({ paths }))
    // In order: an older list must not replace a newer one.
    this.#written = this.#written
      .then(() => atomicWrite(this.#options.file, bytes))
      .catch((cause: unknown) => this.#options.onError(`Recent files could not be kept: ${String(cause)}`))
    this.#options.onChange()
  }
}

function readPaths(file: string): readonly string[] {
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).paths
  } catch {
    return []
  }
}
