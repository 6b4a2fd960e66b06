import { mkdirSync, writeFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  encodeHeader,
  HEADER_FILE,
  IMAGES_FILE,
  LABELS_FILE,
  type ImageCacheHeader,
} from '#formats/image-cache/header.ts'
import { openImageCache } from '#formats/image-cache/reader.ts'
import { asResult } from '#formats/file-error.ts'
import { splitNames } from '#shared/protocol/records.ts'
import { AppException, ok } from '#shared/basics/result.ts'
import { mutateJson } from '../mutate-json.ts'
import type { FuzzedReader } from '../reader.ts'
import { scratchFolder } from '../scratch-folder.ts'

const header: ImageCacheHeader = {
  version: 1,
  kind: 'cifar10',
  classNames: ['a', 'b', 'c'],
  imageShape: [1, 2, 2],
  splits: { train: { start: 0, count: 6 }, validation: { start: 6, count: 1 }, test: { start: 7, count: 3 } },
  evidence: 'made for the fuzzer',
  sha256: { images: 'a'.repeat(64), labels: 'b'.repeat(64) },
}
const seed = encodeHeader(header)

/** A folder whose images and labels fit the header of the seed; made when the first file is read. */
let folder: string | undefined
function cacheFolder(): string {
  if (folder !== undefined) return folder
  folder = join(scratchFolder(), 'cache')
  mkdirSync(folder)
  writeFileSync(join(folder, IMAGES_FILE), new Uint8Array(10 * 4))
  writeFileSync(join(folder, LABELS_FILE), new Uint8Array(10 * 2))
  return folder
}

/** The header of the studio's own form of a data set. */
export const imageCache: FuzzedReader = {
  name: 'image-cache',
  seeds: [seed],
  mutate: (valid, random) => new TextEncoder().encode(mutateJson(JSON.parse(new TextDecoder().decode(valid)), random)),
  handmade: [
    new Uint8Array(),
    new TextEncoder().encode(JSON.stringify({ ...header, imageShape: [16384, 16384, 16384] })),
    new TextEncoder().encode(JSON.stringify({ ...header, version: 2 })),
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsupported'],
  isRecognised(bytes) {
    try {
      const parsed: unknown = JSON.parse(new TextDecoder().decode(bytes))
      return typeof parsed === 'object' && parsed !== null && Reflect.get(parsed, 'version') === 1
    } catch {
      return false
    }
  },
  read: (bytes) =>
    asResult(async () => {
      await writeFile(join(cacheFolder(), HEADER_FILE), bytes)
      const opened = await openImageCache(cacheFolder())
      if (!opened.ok) return opened
      const cache = opened.value
      try {
        let total = 0
        for (const split of splitNames) {
          const loaded = await cache.loadSplit(split)
          if (!loaded.ok) throw new AppException(loaded.error)
          total += loaded.value.images.length
        }
        return ok(total)
      } finally {
        await cache.close()
      }
    }),
}
