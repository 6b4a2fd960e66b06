/** Splits of a stored data set, in memory. */
import { openImageCache, type ImageCache } from '#formats/image-cache/reader.ts'
import { AppException } from '#shared/result.ts'
import type { SplitName } from '#shared/records.ts'
import type { SplitData } from './batch-source.ts'

interface DatasetInput {
  readonly path: string
  readonly sha256: string
}

/**
 * The first `limit` images of a split (0 = all) out of the cache at `path`.
 * Throws `AppException` when the cache is damaged, not the one with hash `sha256`, or lacks the split.
 */
export function loadSplit(dataset: DatasetInput, split: SplitName, limit = 0): Promise<SplitData> {
  return withCache(dataset, async (cache) => {
    const loaded = await cache.loadSplit(split, limit === 0 ? undefined : limit)
    if (!loaded.ok) throw new AppException(loaded.error)
    return loaded.value
  })
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
