import { deflateSync, inflateSync } from 'node:zlib'
import { cifar10, PIXELS } from '#formats/cifar/layout.ts'
import { recordsFromSheet } from '#formats/cifar/records.ts'
import { asResultSync } from '#formats/file-error.ts'
import { Random } from '#shared/basics/random.ts'
import { ok } from '#shared/basics/result.ts'
import { mutateBytes, pick } from '../mutate-bytes.ts'
import { end, header, png, signature, type PngChunk } from '../png-parts.ts'
import type { FuzzedReader } from '../reader.ts'

const images = 2
const batch = { name: 'data_batch_1', images, isTest: false }
const rowBytes = 3 * PIXELS

const random = Random.fromSeed(3, 'sheet')
const rows = Uint8Array.from({ length: images * (1 + rowBytes) }, (_, at) =>
  at % (1 + rowBytes) === 0 ? 1 + random.integer(4) : random.integer(4) * 60,
)
const pixels: PngChunk = { type: 'IDAT', data: deflateSync(rows) }
const valid: readonly PngChunk[] = [header(PIXELS, images), pixels, end]

/** A sheet of CIFAR images as in the npm package, one image a row. */
export const pngSheet: FuzzedReader = {
  name: 'png-sheet',
  seeds: [png(valid), png([header(PIXELS, images), { type: 'tEXt', data: new Uint8Array(9) }, pixels, end])],
  mutate(_valid, random) {
    const chunks = [...valid]
    switch (random.integer(5)) {
      case 0:
        chunks[1] = { type: 'IDAT', data: deflateSync(mutateBytes(inflateSync(pixels.data), random)) }
        break
      case 1:
        chunks[1] = { type: 'IDAT', data: mutateBytes(pixels.data, random) }
        break
      case 2: {
        const size = pick(random, [0, 1, PIXELS, PIXELS + 1, 2 ** 31 - 1, 2 ** 32 - 1])
        const kind = [8, 2, 0, 0, 0].map((part) => (random.integer(4) === 0 ? random.integer(17) : part))
        chunks[0] = header(random.integer(2) === 0 ? PIXELS : size, random.integer(2) === 0 ? images : size, kind)
        break
      }
      case 3:
        chunks.splice(random.integer(3), 1)
        break
      default:
        chunks.splice(
          random.integer(4),
          0,
          pick(random, [
            ...valid,
            { type: 'PLTE', data: new Uint8Array(6) },
            { type: 'ab\u0000d', data: new Uint8Array(3) },
          ]),
        )
    }
    return png(chunks)
  },
  handmade: [
    // A bomb: 64 MB of zeros in a sheet that says it is small.
    png([header(PIXELS, images), { type: 'IDAT', data: deflateSync(new Uint8Array(64 * 2 ** 20)) }, end]),
  ],
  codes: ['dataset-invalid', 'file-unsupported', 'file-truncated', 'file-corrupt'],
  isRecognised: (bytes) => signature.every((byte, at) => bytes[at] === byte),
  read: (bytes) =>
    asResultSync(() => ok(recordsFromSheet({ name: 'fuzzed.png' }, cifar10, batch, bytes, new Uint8Array(images)))),
}
