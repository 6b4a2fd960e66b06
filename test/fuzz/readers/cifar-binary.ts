import { cifar100, IMAGE_BYTES, recordBytes } from '#formats/cifar/layout.ts'
import { splitRecords } from '#formats/cifar/records.ts'
import { asResultSync } from '#formats/file-error.ts'
import { Random } from '#shared/basics/random.ts'
import { ok } from '#shared/basics/result.ts'
import type { FuzzedReader } from '../reader.ts'

const images = 4
const batch = { name: 'train', images, isTest: false }
const size = recordBytes(cifar100)
const random = Random.fromSeed(4, 'records')
const seed = Uint8Array.from({ length: images * size }, () => random.integer(20))

/** A batch of the official binary version, of few images. It has no magic number: its length is what it is known by. */
export const cifarBinary: FuzzedReader = {
  name: 'cifar-binary',
  seeds: [seed],
  mutate(valid, random) {
    const records = new Uint8Array(valid)
    const edits = 1 + random.integer(8)
    // Labels and pixels; the length stays.
    for (let edit = 0; edit < edits; edit++) {
      const image = random.integer(images)
      const within = random.integer(2) === 0 ? random.integer(2) : random.integer(size)
      records[image * size + within] = random.integer(256)
    }
    return records
  },
  codes: ['dataset-invalid'],
  isRecognised: (bytes) => bytes.byteLength === images * size,
  read: (bytes) =>
    asResultSync(() => {
      const target = { images: new Uint8Array(images * IMAGE_BYTES), labels: new Uint8Array(images) }
      splitRecords({ name: 'fuzzed.bin' }, cifar100, batch, bytes, target, 0)
      return ok(target)
    }),
}
