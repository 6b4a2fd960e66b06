import { PNG } from 'pngjs'
import { describe, expect, it } from 'vitest'
import { asResultSync } from '#formats/file-error.ts'
import { decodeRgbPng } from '#formats/png/rgb-png.ts'
import { Random } from '#shared/basics/random.ts'
import { ok } from '#shared/basics/result.ts'
import { fuzz } from '../support/fuzz.ts'

const file = { name: 'sheet.png' }
const WIDTH = 9
const HEIGHT = 7

/** Noise in one half and a gradient in the other, so that every filter has something to do. */
function pixels(): Buffer {
  const random = Random.fromSeed(3)
  return Buffer.from(
    Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => (i % 2 === 0 ? random.integer(256) : (i * 5) % 256)),
  )
}

/** Written by pngjs; filter -1 lets it choose one for each row. */
function png(options: { filterType?: number; colorType?: 0 | 2 | 6 } = {}): Uint8Array {
  const image = new PNG({ width: WIDTH, height: HEIGHT })
  pixels().forEach((value, i) => (image.data[Math.floor(i / 3) * 4 + (i % 3)] = value))
  for (let i = 3; i < image.data.length; i += 4) image.data[i] = 255
  // A copy: a Buffer's own slice() would share its memory.
  return new Uint8Array(PNG.sync.write(image, { colorType: 2, ...options }))
}

const decode = (bytes: Uint8Array) => asResultSync(() => ok(decodeRgbPng(file, bytes, WIDTH, HEIGHT)))

describe('decodeRgbPng', () => {
  it.each([0, 1, 2, 3, 4, -1])('reads what pngjs wrote with filter %i', (filterType) => {
    const image = decodeRgbPng(file, png({ filterType }), WIDTH, HEIGHT)
    expect(image).toEqual({ width: WIDTH, height: HEIGHT, pixels: new Uint8Array(pixels()) })
  })

  const valid = png()
  const flipped = valid.slice()
  flipped[60] = (flipped[60] ?? 0) ^ 1

  it.each<[string, Uint8Array, string, RegExp]>([
    ['another kind of file', new TextEncoder().encode('GIF89a, or so'), 'file-unsupported', /expected a PNG image/],
    ['an empty file', new Uint8Array(), 'file-unsupported', /expected a PNG image/],
    ['a cut file', valid.slice(0, -20), 'file-truncated', /end of the file/],
    ['a changed byte', flipped, 'file-corrupt', /checksum does not match/],
    ['an alpha channel', png({ colorType: 6 }), 'file-unsupported', /expected 8-bit RGB.*colour type 6/],
    ['grey pixels', png({ colorType: 0 }), 'file-unsupported', /colour type 0/],
  ])('refuses %s', (_, bytes, code, message) => {
    expect(decode(bytes)).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(message) } })
  })

  it('refuses another size before inflating it', () => {
    const result = asResultSync(() => ok(decodeRgbPng(file, valid, WIDTH, HEIGHT + 1)))
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'dataset-invalid', message: 'sheet.png: expected an image of 9 x 8 pixels, found 9 x 7' },
    })
  })

  it('gives pixels or a typed error for mutated files', () => fuzz(valid, decode, ({ pixels }) => pixels.length))
})
