/** Splits of a stored data set. */
import { openImageCache, type ImageCache } from '#formats/image-cache/reader.ts'
import type { Network } from '#networks/network.ts'
import { AppException } from '#shared/basics/result.ts'
import type { SplitName } from '#shared/protocol/records.ts'
import { splitInMemory, type ImageSplit } from './image-split.ts'
import { resizedShape, resizeImages } from './resized-images.ts'

export interface DatasetInput {
  readonly path: string
  readonly sha256: string
}

/** A larger split is read batch by batch; the system keeps in memory what it has room for. */
const maxBytesInMemory = 2 ** 29

/**
 * The first `limit` images of a split (0 = all) out of the cache at `path`, at the size that the preprocessing of the
 * network asks for. Throws `AppException` when the cache is damaged, not the one with hash `sha256`, or lacks the
 * split.
 */
export function loadSplit(
  dataset: DatasetInput,
  split: SplitName,
  { preprocessing }: Pick<Network, 'preprocessing'>,
  limit = 0,
): Promise<ImageSplit> {
  return withCache(dataset, async (cache) => {
    const [channels, height, width] = cache.header.imageShape
    const stored = { channels, height, width }
    const shape = resizedShape(stored, preprocessing.resize)
    const fitted = (images: Uint8Array): Uint8Array => (shape === stored ? images : resizeImages(images, stored, shape))
    const all = cache.labels(split)
    const labels = all.slice(0, limit === 0 ? all.length : limit)
    if (labels.length * channels * Math.max(height * width, shape.height * shape.width) > maxBytesInMemory) {
      return { labels, shape, read: async (indices) => fitted(await readImages(dataset, split, indices)) }
    }
    const loaded = await cache.loadSplit(split, labels.length)
    if (!loaded.ok) throw new AppException(loaded.error)
    return splitInMemory(fitted(loaded.value.images), labels, shape)
  })
}

function readImages(dataset: DatasetInput, split: SplitName, indices: ArrayLike<number>): Promise<Uint8Array> {
  return withCache(dataset, async (cache) => {
    const images = await cache.readImages(split, indices)
    if (!images.ok) throw new AppException(images.error)
    return images.value
  })
}

/** Images of a split. Throws as `loadSplit` does. */
export function loadImageCount(dataset: DatasetInput, split: SplitName): Promise<number> {
  return withCache(dataset, (cache) => Promise.resolve(cache.header.splits[split].count))
}

/** Throws as `loadSplit` does. */
export function loadClassCount(dataset: DatasetInput): Promise<number> {
  return withCache(dataset, (cache) => Promise.resolve(cache.header.classNames.length))
}

async function withCache<T>(dataset: DatasetInput, use: (cache: ImageCache) => Promise<T>): Promise<T> {
  const opened = await openImageCache(dataset.path)
  if (!opened.ok) throw new AppException(opened.error)
  try {
    if (opened.value.sha256 !== dataset.sha256) {
      throw new AppException({
        code: 'file-corrupt',
        message: `The data set at ${dataset.path} is not the one that was imported.`,
        remedy: 'Remove it from Data sets and import it again.',
      })
    }
    return await use(opened.value)
  } finally {
    await opened.value.close()
  }
}
