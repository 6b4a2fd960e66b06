/** One Parquet file as a table of images: its labels at once, its images page by page. */
import { basename } from 'node:path'
import { withFileSource, type FileSource } from '../byte-source.ts'
import { fileError } from '../file-error.ts'
import { MAX_IMAGE_BYTES } from '../image-folder/image-file.ts'
import type { Label } from '../image-set/class-labels.ts'
import { imageTable, type ImageTable } from './features.ts'
import { readFooter, type ColumnChunk, type ParquetFooter } from './footer.ts'
import { readPages, type ChunkPages, type Page } from './pages.ts'
import { RecentlyUsed } from './recently-used.ts'
import { readDictionary, readValues, type ParquetValue } from './values.ts'

/** Longer texts are no names of classes. */
const MAX_LABEL_BYTES = 800

/** Images read in order need one page and the next; a set has one cache for all of its files. */
export class PageCache {
  readonly chunks = new RecentlyUsed<string, LoadedChunk>(2)
  readonly pages = new RecentlyUsed<string, readonly ParquetValue[]>(2)
}

interface LoadedChunk {
  readonly pages: ChunkPages
  /** First row of each page. */
  readonly starts: readonly number[]
  readonly dictionary: Awaited<ReturnType<typeof readDictionary>>
}

export class TableFile {
  readonly table: ImageTable
  /** Of all row groups, in order. */
  readonly labels: readonly (Label | undefined)[]
  readonly #path: string
  readonly #footer: ParquetFooter
  readonly #cache: PageCache

  private constructor(
    path: string,
    footer: ParquetFooter,
    table: ImageTable,
    labels: TableFile['labels'],
    cache: PageCache,
  ) {
    // prettier-ignore
    this.#path = path
    this.#footer = footer
    this.#cache = cache
    this.table = table
    this.labels = labels
  }

  /** Throws `AppException`: any of the `file-*` codes, `not-found`, `dataset-invalid` for a table without images. */
  static open(path: string, cache: PageCache): Promise<TableFile> {
    return withFileSource(path, async (file) => {
      const footer = await readFooter(file)
      const table = imageTable(file, footer)
      return new TableFile(path, footer, table, await readLabels(file, footer, table), cache)
    })
  }

  /** The bytes of the image of a row, counted over all row groups. Throws `AppException` with any of the `file-*` codes. */
  async readImage(row: number): Promise<Uint8Array> {
    let before = 0
    const group = this.#footer.rowGroups.findIndex(({ rows }) => {
      if (row < before + rows) return true
      before += rows
      return false
    })
    const bytes = await this.#valueAt(group, row - before)
    if (bytes instanceof Uint8Array && bytes.byteLength <= MAX_IMAGE_BYTES) return bytes
    const found = bytes instanceof Uint8Array ? `${bytes.byteLength} bytes` : 'none'
    const problem = `row ${row}: expected the bytes of an image, at most ${MAX_IMAGE_BYTES}, found ${found}`
    throw fileError(
      { name: basename(this.#path) },
      'file-unsupported',
      problem,
      `row ${row}`,
      'Write the images into the table.',
    )
  }

  async #valueAt(group: number, row: number): Promise<ParquetValue> {
    const column = this.#footer.columns[this.table.image]
    const chunk = this.#footer.rowGroups[group]?.chunks[this.table.image]
    if (column === undefined || chunk === undefined) return undefined
    const key = `${this.#path} ${group}`
    const loaded = await this.#cache.chunks.get(key, () =>
      withFileSource(this.#path, (file) => loadChunk(file, column, chunk)),
    )
    const index = loaded.starts.findLastIndex((start) => start <= row)
    const page = loaded.pages.data[index]
    if (page === undefined) return undefined
    const values = await this.#cache.pages.get(`${key} ${index}`, () =>
      withFileSource(this.#path, (file) => readValues(file, column, chunk, page, loaded.dictionary)),
    )
    return values[row - (loaded.starts[index] ?? 0)]
  }
}

type Column = ParquetFooter['columns'][number]

async function loadChunk(file: FileSource, column: Column, chunk: ColumnChunk): Promise<LoadedChunk> {
  const pages = await readPages(file, chunk)
  return { pages, starts: startsOf(pages.data), dictionary: await readDictionary(file, column, chunk, pages) }
}

function startsOf(pages: readonly Page[]): readonly number[] {
  let row = 0
  return pages.map(({ count }) => {
    const start = row
    row += count
    return start
  })
}

async function readLabels(file: FileSource, { columns, rowGroups }: ParquetFooter, { label }: ImageTable) {
  const labels: (Label | undefined)[] = []
  const column = columns[label]
  for (const { chunks } of rowGroups) {
    const chunk = chunks[label]
    if (column === undefined || chunk === undefined) continue
    const { pages, dictionary } = await loadChunk(file, column, chunk)
    for (const page of pages.data) {
      for (const value of await readValues(file, column, chunk, page, dictionary)) labels.push(labelOf(value))
    }
  }
  return labels
}

function labelOf(value: ParquetValue): Label | undefined {
  if (!(value instanceof Uint8Array)) return value
  return value.byteLength > MAX_LABEL_BYTES ? undefined : new TextDecoder().decode(value)
}
