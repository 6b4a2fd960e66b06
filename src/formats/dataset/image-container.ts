/** Data sets whose images do not lie in files of their own: Parquet tables and WebDataset shards. */
import { basename, dirname } from 'node:path'
import { withFileSource, type FileSource } from '../byte-source.ts'
import { isCifarFile } from '../cifar/batch-files.ts'
import { imagesBelow, othersBelow, type Folder } from '../image-folder/folder-tree.ts'
import type { FoundSet } from '../image-set/found-set.ts'
import { SkippedList } from '../image-set/skipped.ts'
import { findTableImages } from '../parquet/find-images.ts'
import { isParquet } from '../parquet/footer.ts'
import { classLists, findShardImages } from '../webdataset/find-images.ts'
import { isTar, someName } from '../webdataset/shard.ts'

const containers = [
  { kind: 'Parquet file', ending: /\.parquet$/i, find: findTableImages },
  { kind: 'tar archive', ending: /\.(tar|tar\.gz|tgz)$/i, find: findShardImages },
] as const
/** CIFAR's files stand at the start of its archives, after a text or two. */
const NAMES_LOOKED_AT = 16

/** The set that one file holds, known by its content; undefined for any other file. Throws as the readers do. */
export async function findInFile(path: string): Promise<FoundSet | undefined> {
  const files = { folder: dirname(path), names: [basename(path)], skipped: new SkippedList() }
  return withFileSource(path, async (file) => {
    if (isParquet(await file.read(0, Math.min(4, file.size)))) return findTableImages(files)
    if (!(await isTar(path, file)) || (await holdsCifar(path, file))) return undefined
    return findShardImages(files)
  })
}

/**
 * The set in the tables or shards below a folder, known by their names; undefined where there are none, or more images in
 * files of their own.
 * @param tree of `folder`, and what was left out as it was read
 * Throws as the readers do.
 */
export async function findInFolder(folder: string, tree: Folder, skipped: SkippedList): Promise<FoundSet | undefined> {
  const files = othersBelow(tree)
  for (const { kind, ending, find } of containers) {
    const names = files.filter((name) => ending.test(name)).toSorted()
    if (names.length === 0 || tree.imageCount > names.length) continue
    const left = [...files.filter((name) => !ending.test(name) && !classLists.includes(name)), ...imagesBelow(tree)]
    for (const file of left) skipped.add({ file, reason: 'unsupported', detail: `no ${kind} by its name` })
    return find({ folder, names, skipped })
  }
  return undefined
}

function holdsCifar(path: string, file: FileSource): Promise<boolean> {
  return someName(path, file, NAMES_LOOKED_AT, (name) => isCifarFile(basename(name)))
}
