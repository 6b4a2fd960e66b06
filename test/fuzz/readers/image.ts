import { readFileSync } from 'node:fs'
import { crc32, deflateSync } from 'node:zlib'
import { asResult } from '#formats/file-error.ts'
import { openImageDecoder, type ImageDecoder } from '#formats/image-decoder/decode.ts'
import { ok } from '#shared/basics/result.ts'
import { mutateBytes, pick } from '../mutate-bytes.ts'
import { end, header, png } from '../png-parts.ts'
import type { FuzzedReader } from '../reader.ts'

const files = ['colour.jpg', 'grey.jpg', 'cmyk.jpg', 'small.png', 'palette.png', 'grey-alpha.png', 'alpha.webp']

/** The decoder loads a native library: not before the first file is read. */
let decoder: Promise<ImageDecoder> | undefined

/** Where the header of a PNG has its type, its width and height, and the checksum behind them. */
const ihdr = { type: 12, width: 16, checksum: 29 } as const
const sides = [0, 1, 2, 7, 255, 5000, 7000, 30_000, 2 ** 31 - 1, 2 ** 32 - 1]

/** One image of a folder: JPEG, PNG or WebP. */
export const image: FuzzedReader = {
  name: 'image',
  seeds: files.map((name) => new Uint8Array(readFileSync(`test/fixtures/images/${name}`))),
  mutate(valid, random) {
    const isPng = valid[0] === 0x89
    const changed = new Uint8Array(valid)
    if (!isPng || random.integer(2) === 0) {
      // What lies behind the first look.
      const kept = isPng ? ihdr.checksum : 16
      changed.set(mutateBytes(valid.subarray(kept), random).subarray(0, valid.byteLength - kept), kept)
      return changed
    }
    // Another size, with a checksum that is right.
    const view = new DataView(changed.buffer)
    const changes = [0, 4].filter(() => random.integer(3) > 0)
    for (const offset of changes) view.setUint32(ihdr.width + offset, pick(random, sides))
    view.setUint32(ihdr.checksum, crc32(changed.subarray(ihdr.type, ihdr.checksum)))
    return changed
  },
  handmade: [
    new Uint8Array(),
    new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
    // More pixels than memory is good for, and a bomb: 64 MB of zeros for a few pixels.
    png([header(30_000, 30_000), { type: 'IDAT', data: deflateSync(new Uint8Array(99)) }, end]),
    png([header(4, 4), { type: 'IDAT', data: deflateSync(new Uint8Array(64 * 2 ** 20)) }, end]),
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsupported', 'file-unsafe'],
  isRecognised: (bytes) =>
    (bytes[0] === 0xff && bytes[1] === 0xd8) ||
    (bytes[0] === 0x89 && bytes[1] === 0x50) ||
    (bytes[0] === 0x52 && bytes[8] === 0x57),
  read: (bytes) =>
    asResult(async () => {
      const decode = await (decoder ??= openImageDecoder())
      const { width, height, pixels } = await decode({ name: 'fuzzed.jpg' }, bytes)
      if (pixels.length !== width * height * 3) throw new RangeError(`${pixels.length} bytes for ${width} x ${height}`)
      return ok(pixels.length)
    }),
}
