/** Tables of images as Hugging Face keeps data sets: one Parquet file, or a folder of them, a split in each. */
import { basename, join } from 'node:path'
import { splitOfShard, type ShardFiles } from '../image-set/shards.ts'
import { fileError } from '../file-error.ts'
import { foundSetOf, type LabelledImage } from '../image-set/labelled-set.ts'
import type { FoundSet } from '../image-set/found-set.ts'
import { PageCache, TableFile } from './table-file.ts'

/** Reads labels, no image. Throws `AppException`: `dataset-invalid`, `not-found` and any of the `file-*` codes. */
export async function findTableImages({ folder, names, skipped }: ShardFiles): Promise<FoundSet> {
  const source = { name: names.length === 1 ? (names[0] ?? '') : basename(folder) }
  const cache = new PageCache()
  const images: LabelledImage[] = []
  let first: TableFile | undefined
  for (const name of names) {
    const file = await TableFile.open(join(folder, name), cache)
    first ??= file
    if (!hasSameClasses(first, file)) {
      const problem = `expected the classes of ${names[0] ?? ''} in ${name}, found others`
      throw fileError(source, 'dataset-invalid', problem, name, 'Give the files of one data set, in one configuration.')
    }
    const given = splitOfShard(name)
    for (const [row, label] of file.labels.entries()) {
      images.push({ name: `${name}:${row}`, given, label, read: () => file.readImage(row) })
    }
  }
  const list = first?.table.classes
  const kind = names.length === 1 ? 'a Parquet file' : `${names.length} Parquet files`
  return foundSetOf(source, {
    kind,
    images,
    names: list === undefined ? undefined : { list, source: 'its Hugging Face features' },
    notes: first?.table.notes ?? [],
    skipped,
  })
}

function hasSameClasses(left: TableFile, right: TableFile): boolean {
  const [expected, found] = [left.table.classes?.names, right.table.classes?.names]
  return JSON.stringify(expected) === JSON.stringify(found)
}
