import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeImageCache } from '#formats/image-cache/writer.ts'
import { systemClock, timestamp } from '#main/basics/clock.ts'
import { commitRename } from '#main/files/atomic-write.ts'
import { datasetPath } from '#main/store/layout.ts'
import { Store } from '#main/store/store.ts'
import { Random } from '#shared/basics/random.ts'
import type { DatasetRecord } from '#shared/protocol/records.ts'
import { AppException } from '#shared/basics/result.ts'

const classNames = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']
const imageShape = [3, 32, 32] as const
const counts = { train: 160, validation: 60, test: 80 }

/**
 * Puts a data set of few images into a store that nobody has open: the readers want all 60,000 of CIFAR-10, on which
 * even the smallest experiment takes minutes. Each class has a colour and a direction of its own, under seeded noise.
 */
export async function addSmallDataset(storeFolder: string): Promise<DatasetRecord> {
  const store = await Store.open({ folder: storeFolder, program: 'test', clock: systemClock })
  try {
    const made = join(store.layout.temporary, 'small')
    const evidence = 'drawn by test/support/small-dataset.ts'
    const splits = {
      train: { start: 0, count: counts.train },
      validation: { start: counts.train, count: counts.validation },
      test: { start: counts.train + counts.validation, count: counts.test },
    }
    const total = counts.train + counts.validation + counts.test
    const written = await writeImageCache(made, { kind: 'cifar10', classNames, imageShape, splits, evidence }, [
      drawImages(total),
    ])
    if (!written.ok) throw new AppException(written.error)
    const { sha256, sizeBytes } = written.value
    const target = datasetPath(store.layout, sha256)
    await rm(target, { recursive: true, force: true })
    await commitRename(made, target)
    const record: DatasetRecord = {
      id: 'data-small',
      name: 'Small images',
      kind: 'cifar10',
      classNames,
      imageShape,
      counts,
      sha256,
      sizeBytes,
      evidence,
      skipped: { count: 0, files: [] },
      createdAt: timestamp(systemClock),
    }
    store.datasets.insert(record)
    return record
  } finally {
    await store.close()
  }
}

/** [images, channels, height, width] */
function drawImages(count: number): { readonly images: Uint8Array; readonly labels: Uint8Array } {
  const [channels, height, width] = imageShape
  const random = Random.fromSeed(20_231)
  const labels = Uint8Array.from({ length: count }, (_, index) => index % classNames.length)
  const images = new Uint8Array(count * channels * height * width)
  let at = 0
  for (const label of labels) {
    const angle = (label / classNames.length) * Math.PI
    for (let channel = 0; channel < channels; channel++) {
      const base = 60 + 135 * (((label * 7 + channel * 3) % 10) / 10)
      for (let y = 0; y < height; y++) {
        for (let x = 0; x < width; x++) {
          const wave = Math.sin((x * Math.cos(angle) + y * Math.sin(angle)) / 3)
          images[at++] = Math.max(0, Math.min(255, base + 40 * wave + 50 * (random.uniform() - 0.5)))
        }
      }
    }
  }
  return { images, labels }
}
