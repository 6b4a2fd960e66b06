/**
 * JPEG, PNG and WebP to RGB bytes by sharp (libvips), with the conventions of Pillow, which torchvision decodes with:
 * colour profiles and EXIF orientation are ignored, grey is repeated, alpha is dropped, CMYK converted by formula.
 */
import { availableParallelism } from 'node:os'
import { AppException } from '#shared/basics/result.ts'
import { fileError, type NamedFile } from '../file-error.ts'
import type { RgbImage } from './resample.ts'

/** 8K video has 33 million; a decoded image takes up to 4 bytes a pixel. */
const MAX_PIXELS = 40_000_000
/** More at once would only take memory: libuv decodes on four threads unless told otherwise. */
export const decodersAtOnce = Math.min(4, availableParallelism())

/** Texts at fixed places of a file's first bytes. The library would read many more formats; nobody asked for them. */
const signatures: readonly (readonly { readonly at: number; readonly text: string }[])[] = [
  [{ at: 0, text: '\xff\xd8\xff' }],
  [{ at: 0, text: '\x89PNG\r\n\x1a\n' }],
  [
    { at: 0, text: 'RIFF' },
    { at: 8, text: 'WEBP' },
  ],
]
const remedy = 'The image was left out. Open it in an image program and save it again, or fetch it again.'

export type ImageDecoder = (file: NamedFile, bytes: Uint8Array) => Promise<RgbImage>

/** Loads the native library, here and not before, so that only imports pay for it. Throws `executor-unavailable`. */
export async function openImageDecoder(): Promise<ImageDecoder> {
  const { default: sharp } = await import('sharp').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause)
    throw new AppException({
      code: 'executor-unavailable',
      message: `The image decoder (sharp) cannot be loaded here: ${reason}`,
      remedy: 'Install the studio again on this machine; its platform must be one that sharp is built for.',
    })
  })
  // One thread an image; several images at once fill the cores.
  sharp.concurrency(1)
  sharp.cache(false)

  const read = (bytes: Uint8Array) =>
    sharp(bytes, { ignoreIcc: true, failOn: 'error', limitInputPixels: MAX_PIXELS, autoOrient: false })

  return async (file, bytes) => {
    assertKnownFormat(file, bytes)
    const { space, width, height } = await typed(file, sharp(bytes, { limitInputPixels: false }).metadata())
    if (width * height > MAX_PIXELS) {
      const problem = `expected at most ${MAX_PIXELS} pixels, found ${width} x ${height}`
      throw fileError(file, 'file-unsafe', problem, 'header', remedy)
    }
    const isCmyk = space === 'cmyk'
    const image = isCmyk ? read(bytes).pipelineColourspace('cmyk').toColourspace('cmyk') : read(bytes)
    const { data, info } = await typed(file, image.raw().toBuffer({ resolveWithObject: true }))
    const pixels = isCmyk ? rgbOfCmyk(data, info.channels) : firstThree(data, info.channels)
    return { width: info.width, height: info.height, pixels }
  }
}

function assertKnownFormat(file: NamedFile, bytes: Uint8Array): void {
  const start = Buffer.from(bytes.subarray(0, 16)).toString('latin1')
  if (signatures.some((parts) => parts.every(({ at, text }) => start.startsWith(text, at)))) return
  const found = bytes.length === 0 ? 'an empty file' : 'another kind of file'
  const code = bytes.length === 0 ? 'file-truncated' : 'file-unsupported'
  throw fileError(file, code, `expected a JPEG, PNG or WebP image, found ${found}`, 'byte 0', remedy)
}

/** What sharp says, as a typed error about the file. */
async function typed<T>(file: NamedFile, decoding: Promise<T>): Promise<T> {
  try {
    return await decoding
  } catch (cause) {
    const reason = (cause instanceof Error ? cause.message : String(cause)).replaceAll(/\s+/g, ' ').slice(0, 160)
    throw fileError(file, 'file-corrupt', `it cannot be decoded as an image (${reason})`, 'image data', remedy)
  }
}

/** [pixels, channels] to [pixels, 3]; alpha, if any, is the fourth. */
function firstThree(data: Uint8Array, channels: number): Uint8Array {
  if (channels === 3) return data
  const rgb = new Uint8Array((data.length / channels) * 3)
  for (let from = 0, to = 0; from < data.length; from += channels) {
    // Grey, with or without alpha, is repeated.
    for (let channel = 0; channel < 3; channel++) rgb[to++] = data[from + (channels < 3 ? 0 : channel)] ?? 0
  }
  return rgb
}

/** Pillow's formula: white minus black, less its share of each ink, divided by 255 with rounding. */
function rgbOfCmyk(data: Uint8Array, channels: number): Uint8Array {
  const rgb = new Uint8Array((data.length / channels) * 3)
  for (let from = 0, to = 0; from < data.length; from += channels) {
    const light = 255 - (data[from + 3] ?? 0)
    for (let ink = 0; ink < 3; ink++) {
      const product = (data[from + ink] ?? 0) * light + 128
      rgb[to++] = Math.max(0, light - (((product >> 8) + product) >> 8))
    }
  }
  return rgb
}
