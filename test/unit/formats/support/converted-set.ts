import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { convertDataset } from '#formats/dataset/dataset.ts'
import { openImageCache } from '#formats/image-cache/reader.ts'
import { splitNames, type ImportSplit } from '#shared/protocol/records.ts'
import { unwrap } from '#shared/basics/result.ts'
import { temporaryFolder } from './folder.ts'

/** A new folder with these files. */
export async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), content)
  }
  return folder
}

/** What a conversion makes of a file or folder: classes, and by split the label and the first pixel of each image. */
export async function convertedSet(path: string, split: ImportSplit = 'auto') {
  const { result, cacheFolder } = await convert(path, split)
  const { header, skipped } = unwrap(result)
  const cache = unwrap(await openImageCache(cacheFolder))
  try {
    const images: Record<string, readonly string[]> = {}
    for (const name of splitNames) {
      const loaded = unwrap(await cache.loadSplit(name))
      const stride = loaded.images.length / Math.max(1, loaded.labels.length)
      const colour = (i: number) => loaded.images[i * stride] ?? -1
      images[name] = Array.from(loaded.labels, (label, i) => `${label}:${colour(i)}`)
    }
    const leftOut = skipped.files.map(({ file, reason, detail }) => `${reason} ${file}: ${detail}`)
    return { classNames: header.classNames, ...images, skipped: leftOut, evidence: header.evidence }
  } finally {
    await cache.close()
  }
}

/** The error that a file or folder is refused with. */
export async function refusedSet(path: string) {
  const { result } = await convert(path, 'auto')
  return result.ok ? undefined : result.error
}

async function convert(path: string, split: ImportSplit) {
  const cacheFolder = join(await temporaryFolder(), 'cache')
  return {
    result: await convertDataset(path, cacheFolder, { size: 4, split, accept: true, onProgress: () => undefined }),
    cacheFolder,
  }
}
