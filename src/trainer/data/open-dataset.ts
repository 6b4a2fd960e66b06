/** Splits of a stored data set, in memory. */
import { openImageCache } from '#formats/image-cache/reader.ts'
import { AppException } from '#shared/result.ts'
import type { SplitName } from '#shared/records.ts'
import type { SplitData } from './batch-source.ts'

/**
 * The first `limit` images of a split (0 = all) out of the cache at `path`.
 * Throws `AppException` when the cache is damaged, not the one with hash `sha256`, or lacks the split.
 */
export async function loadSplit(
  dataset: { readonly path: string; readonly sha256: string },
  split: SplitName,
  limit = 0,
): Promise<SplitData> {
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
    const loaded = await opened.value.loadSplit(split, limit === 0 ? undefined : limit)
    if (!loaded.ok) throw new AppException(loaded.error)
    return loaded.value
  } finally {
    await opened.value.close()
  }
}
