/** Shards of a WebDataset, one tar file or a folder of them, each of the split that its name says. */
import { basename, join } from 'node:path'
import { toAppError } from '#shared/basics/result.ts'
import { fileError } from '../file-error.ts'
import { CLASS_LIST_FILES, parseClassList } from '../image-set/class-list.ts'
import { MAX_IMAGE_BYTES } from '../image-folder/image-file.ts'
import { readList } from '../image-folder/label-sources.ts'
import type { NamedClasses } from '../image-set/class-labels.ts'
import { foundSetOf, type LabelledImage } from '../image-set/labelled-set.ts'
import type { FoundSet } from '../image-set/found-set.ts'
import { splitOfShard, type ShardFiles } from '../image-set/shards.ts'
import { ForwardReader } from '../tar/forward-reader.ts'
import { openShard } from './shard.ts'
import type { ShardSample } from './samples.ts'

/** Lists of classes that may lie beside shards. */
export const classLists: readonly string[] = [...CLASS_LIST_FILES, 'classnames.txt']
const remedy =
  'Give shards whose images have a class beside them: KEY.jpg and KEY.cls, KEY.json or KEY.txt. Unpack an archive of ' +
  'folders of images first and give the folder.'

/** Reads names and labels, no image. Throws `AppException`: `dataset-invalid`, `not-found` and any of the `file-*` codes. */
export async function findShardImages({ folder, names, skipped }: ShardFiles): Promise<FoundSet> {
  const source = { name: names.length === 1 ? (names[0] ?? '') : basename(folder) }
  const forward = new ForwardReader()
  const images: LabelledImage[] = []
  for (const name of names) {
    const shard = await openShard(join(folder, name), forward)
    const given = splitOfShard(name)
    for (const sample of shard.samples) {
      const read = () => readImage(basename(name), sample, shard.read)
      images.push({ name: `${name}/${sample.key}.${sample.ending}`, given, label: sample.label, read })
    }
  }
  if (images.every(({ label }) => label === undefined)) {
    const problem = `expected images with their classes, found ${images.length} images and no class`
    throw fileError(source, 'dataset-invalid', problem, 'all samples', remedy)
  }
  const classNames = await readClassNames(folder)
  const kind = names.length === 1 ? 'a WebDataset shard' : `${names.length} WebDataset shards`
  return foundSetOf(source, { kind, images, names: classNames, notes: [], skipped })
}

async function readImage(shard: string, sample: ShardSample, read: (sample: ShardSample) => Promise<Uint8Array>) {
  if (sample.size <= MAX_IMAGE_BYTES) return read(sample)
  const problem = `${sample.key}: expected at most ${MAX_IMAGE_BYTES} bytes, found ${sample.size}`
  throw fileError({ name: shard }, 'file-unsupported', problem, sample.key)
}

/** A list beside the shards. */
async function readClassNames(folder: string): Promise<NamedClasses | undefined> {
  for (const source of classLists) {
    const bytes = await readList(folder, source).catch(undefinedIfAbsent)
    if (bytes !== undefined) return { list: parseClassList({ name: source }, bytes), source }
  }
  return undefined
}

function undefinedIfAbsent(cause: unknown): undefined {
  if (toAppError(cause).code !== 'not-found') throw cause
}
