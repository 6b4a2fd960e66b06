/** Pictures inside a page: PNG as a data URL. */
import type { DatasetImages } from '#shared/protocol/contract.ts'

/** Of the image at `index`; sharp is loaded when the first page with pictures is made. */
export async function pictureUrl({ pixels, height, width }: DatasetImages, index: number): Promise<string> {
  const { default: sharp } = await import('sharp')
  const size = height * width * 3
  const raw = { width, height, channels: 3 } as const
  const png = await sharp(pixels.subarray(index * size, (index + 1) * size), { raw })
    .png()
    .toBuffer()
  return `data:image/png;base64,${png.toString('base64')}`
}
