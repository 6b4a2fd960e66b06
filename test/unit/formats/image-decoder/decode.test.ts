import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { asResult } from '#formats/file-error.ts'
import { openImageDecoder } from '#formats/image-decoder/decode.ts'
import { centreSquare } from '#formats/image-decoder/square.ts'
import { ok } from '#shared/basics/result.ts'
import { fuzz } from '../support/fuzz.ts'

const fixtures = join(import.meta.dirname, '../../../fixtures/images')

interface Expected {
  readonly cases: readonly {
    readonly file: string
    readonly size: number
    readonly offset: number
    readonly bytes: number
    /** Levels by which decoders of lossy formats may differ. */
    readonly tolerance: number
  }[]
}

const { cases } = JSON.parse(await readFile(join(fixtures, 'expected.json'), 'utf8')) as Expected
const squares = new Uint8Array(await readFile(join(fixtures, 'squares.bin')))
const decode = await openImageDecoder()

describe('an image as Pillow and torchvision give it to a network', () => {
  it.each(cases)('$file at $size pixels', async ({ file, size, offset, bytes, tolerance }) => {
    const image = await decode({ name: file }, new Uint8Array(await readFile(join(fixtures, file))))
    const found = centreSquare(image, size)
    const expected = squares.subarray(offset, offset + bytes)
    expect(found.length).toBe(bytes)
    const largest = found.reduce((most, value, at) => Math.max(most, Math.abs(value - (expected[at] ?? NaN))), 0)
    expect(largest).toBeLessThanOrEqual(tolerance)
  })
})

describe('the decoder refuses', () => {
  const refusal = (name: string, bytes: Uint8Array) => asResult(async () => ok(await decode({ name }, bytes)))

  it('a file that is cut', async () => {
    const bytes = new Uint8Array(await readFile(join(fixtures, 'colour.jpg')))
    const error = {
      code: 'file-corrupt',
      message: expect.stringMatching(/^cut\.jpg: it cannot be decoded as an image \(/),
    }
    expect(await refusal('cut.jpg', bytes.subarray(0, bytes.length / 2))).toMatchObject({ ok: false, error })
  })

  it.each([
    ['a GIF', 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'file-unsupported'],
    [
      'a drawing',
      Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>').toString('base64'),
      'file-unsupported',
    ],
    ['text', Buffer.from('hello').toString('base64'), 'file-unsupported'],
    ['nothing', '', 'file-truncated'],
  ])('%s', async (_, base64, code) => {
    const bytes = new Uint8Array(Buffer.from(base64, 'base64'))
    expect(await refusal('image.png', bytes)).toMatchObject({ ok: false, error: { code } })
  })

  it('an image of more pixels than memory is good for', async () => {
    const bytes = new Uint8Array(await readFile(join(fixtures, 'small.png')))
    const view = new DataView(bytes.buffer)
    view.setUint32(16, 30_000)
    view.setUint32(20, 30_000)
    view.setUint32(29, crc32(bytes.subarray(12, 29)))
    const message = 'bomb.png: expected at most 40000000 pixels, found 30000 x 30000'
    expect(await refusal('bomb.png', bytes)).toMatchObject({ ok: false, error: { code: 'file-unsafe', message } })
  })

  it.each(['colour.jpg', 'alpha.png', 'alpha.webp', 'cmyk.jpg'])('or decodes mutations of %s', async (file) => {
    const valid = new Uint8Array(await readFile(join(fixtures, file)))
    await fuzz(
      valid,
      (bytes) => refusal(file, bytes),
      ({ width, height, pixels }) => expect(pixels.length).toBe(width * height * 3),
    )
  })
})
