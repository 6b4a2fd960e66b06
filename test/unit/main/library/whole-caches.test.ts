import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { HEADER_FILE, IMAGES_FILE, LABELS_FILE } from '#formats/image-cache/header.ts'
import { assertWholeCache } from '#main/library/whole-caches.ts'
import { datasetPath } from '#main/store/layout.ts'
import { addSmallDataset } from '#test/support/small-dataset.ts'
import { openStore } from '#test/support/store.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

it.each([
  [
    'its labels shifted by one',
    LABELS_FILE,
    (bytes: Buffer) => Buffer.concat([bytes.subarray(2), bytes.subarray(0, 2)]),
  ],
  ['one bit of an image flipped', IMAGES_FILE, (bytes: Buffer) => bytes.fill((bytes[999] ?? 0) ^ 1, 999, 1000)],
  ['another header', HEADER_FILE, (bytes: Buffer) => Buffer.from(bytes.toString().replace('airplane', 'aircraft'))],
])('a data set with %s is named and not used, until the right file is back', async (_what, name, damage) => {
  const folder = temporaryFolder()
  const { sha256 } = await addSmallDataset(folder)
  const store = await openStore(folder)
  const path = join(datasetPath(store.layout, sha256), name)
  const right = readFileSync(path)
  writeFileSync(path, damage(Buffer.from(right)))
  await expect(assertWholeCache(store, sha256)).rejects.toMatchObject({
    code: 'file-corrupt',
    message: expect.stringMatching(/expected SHA-256 .*found/) as string,
    remedy: 'Import the data set again.',
  })
  writeFileSync(path, right)
  await assertWholeCache(store, sha256)
})
