import { openImageCache } from '#formats/image-cache/reader.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'

/**
 * Reads an image cache through: its images and labels must be those that its header says, and its header that of
 * `expected`. Throws `file-corrupt`, and what the reader says of a folder that is no cache.
 */
export async function assertImageCache(folder: string, expected: string): Promise<void> {
  const cache = unwrap(await openImageCache(folder))
  try {
    unwrap(await cache.verify())
    if (cache.sha256 === expected) return
    throw new AppException({
      code: 'file-corrupt',
      message: `The header of the data set has changed: expected SHA-256 ${expected}, found ${cache.sha256}.`,
      where: folder,
      remedy: 'Import the data set again.',
    })
  } finally {
    await cache.close()
  }
}
