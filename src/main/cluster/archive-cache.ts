/**
 * Packed programs, named by what they hold: always the same bytes for the same files. To look at 230 MB in every process takes
 * seconds, so that files are known by their paths, sizes and times; what is uploaded is held against its digest.
 */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { z } from 'zod'
import { jsonOrNothing } from '#shared/basics/json-or-nothing.ts'
import { sha256Schema } from '#shared/cluster/remote-events.ts'
import { atomicWrite } from '../files/atomic-write.ts'
import { sha256Of, sha256OfFile } from '../files/sha256.ts'
import { tarEnd, tarHeader, tarPadding } from './tar.ts'

export interface ArchiveEntry {
  /** In the archive. */
  readonly name: string
  /** A file, or the bytes. */
  readonly source: string | Uint8Array
  readonly isExecutable?: boolean
}

/** An archive named by what it holds. */
export interface PackedArchive {
  readonly id: string
  readonly path: string
  readonly sha256: string
  readonly sizeBytes: number
}

/** This version of the studio, and the one before it. */
const KEPT_ARCHIVES = 2
/** What is younger may be somebody's who packs now. */
const UNFINISHED_MS = 24 * 3_600_000

const knownSchema = z.strictObject({ id: sha256Schema, sha256: sha256Schema, sizeBytes: z.int().min(0) })

export class ArchiveCache {
  readonly #folder: string
  readonly #kind: string

  /** @param kind begins the names of its files; `folder` is there */
  constructor(folder: string, kind: string) {
    this.#folder = folder
    this.#kind = kind
  }

  /** Packs the files, unless that was done before. What has long been of no use to anybody goes. */
  async pack(entries: readonly ArchiveEntry[]): Promise<PackedArchive> {
    const key = await keyOf(entries)
    const found = (await this.#known(key)) ?? (await this.#packAnew(entries, key))
    const now = new Date()
    await utimes(found.path, now, now)
    await this.#tidy()
    return found
  }

  async #known(key: string): Promise<PackedArchive | undefined> {
    const text = await readFile(this.#keyPath(key), 'utf8').catch(() => '')
    const parsed = knownSchema.safeParse(jsonOrNothing(text))
    if (!parsed.success) return undefined
    const path = this.#archivePath(parsed.data.id)
    const size = await stat(path).then(
      (found) => found.size,
      () => undefined,
    )
    return size === parsed.data.sizeBytes ? { ...parsed.data, path } : undefined
  }

  async #packAnew(entries: readonly ArchiveEntry[], key: string): Promise<PackedArchive> {
    const hash = createHash('sha256')
    const sizes: number[] = []
    for (const { name, source, isExecutable = false } of entries) {
      const [digest, size] = await factsOf(source)
      sizes.push(size)
      hash.update(`${name} ${digest} ${isExecutable}\n`)
    }
    const id = hash.digest('hex')
    const path = this.#archivePath(id)
    const temporary = `${path}.${randomBytes(6).toString('hex')}.part`
    await pipeline(Readable.from(tar(entries, sizes)), createGzip({ level: 6 }), createWriteStream(temporary))
    await rename(temporary, path)
    const known = { id, sha256: await sha256OfFile(path), sizeBytes: (await stat(path)).size }
    await atomicWrite(this.#keyPath(key), Buffer.from(JSON.stringify(known)))
    return { ...known, path }
  }

  /** Keeps the archives that were used last, and what is known of those. */
  async #tidy(): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => name.startsWith(`${this.#kind}-`))
    const aged = await Promise.all(
      names.map(async (name) => {
        const changed = await stat(join(this.#folder, name)).catch(() => undefined)
        return { name, at: changed?.mtimeMs ?? 0 }
      }),
    )
    const archives = aged.filter(({ name }) => name.endsWith('.tar.gz')).sort((a, b) => b.at - a.at)
    const keeps = new Set(archives.slice(0, KEPT_ARCHIVES).map(({ name }) => name))
    for (const { name, at } of aged) {
      if (keeps.has(name) || (await this.#isOfAny(name, keeps))) continue
      if (name.endsWith('.part') && Date.now() - at < UNFINISHED_MS) continue
      await rm(join(this.#folder, name), { force: true })
    }
  }

  async #isOfAny(name: string, archives: ReadonlySet<string>): Promise<boolean> {
    if (!name.endsWith('.json')) return false
    const parsed = knownSchema.safeParse(
      jsonOrNothing(await readFile(join(this.#folder, name), 'utf8').catch(() => '')),
    )
    return parsed.success && archives.has(`${this.#kind}-${parsed.data.id}.tar.gz`)
  }

  #archivePath(id: string): string {
    return join(this.#folder, `${this.#kind}-${id}.tar.gz`)
  }

  #keyPath(key: string): string {
    return join(this.#folder, `${this.#kind}-${key}.json`)
  }
}

/** Whether an archive still holds what it did; one that does not is taken away, so that it is packed anew. */
export async function isWhole({ path, sha256 }: PackedArchive): Promise<boolean> {
  const found = await sha256OfFile(path).catch(() => '')
  if (found === sha256) return true
  await rm(path, { force: true })
  return false
}

/** Changes with any of the files, as far as their sizes and times tell. */
async function keyOf(entries: readonly ArchiveEntry[]): Promise<string> {
  const lines = await Promise.all(
    entries.map(async ({ name, source, isExecutable = false }) => {
      if (typeof source !== 'string') return `${name} ${isExecutable} ${sha256Of(source)}`
      const { size, mtimeMs } = await stat(source)
      return `${name} ${isExecutable} ${source} ${size} ${mtimeMs}`
    }),
  )
  return sha256Of(Buffer.from(lines.join('\n')))
}

async function factsOf(source: ArchiveEntry['source']): Promise<readonly [digest: string, sizeBytes: number]> {
  if (typeof source !== 'string') return [sha256Of(source), source.byteLength]
  return [await sha256OfFile(source), (await stat(source)).size]
}

async function* tar(entries: readonly ArchiveEntry[], sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  for (const [index, { name, source, isExecutable = false }] of entries.entries()) {
    const size = sizes[index] ?? 0
    yield tarHeader(name, size, isExecutable)
    if (typeof source === 'string') {
      for await (const chunk of createReadStream(source)) yield Buffer.from(chunk)
    } else yield source
    yield tarPadding(size)
  }
  yield tarEnd
}
