/** Pictures inside a page: PNG as a data URL. */
import { encodeRgbPng } from '#formats/png/rgb-png-writer.ts'
import type { DatasetImages } from '#shared/protocol/commands/datasets.ts'

/** Of the image at `index`. */
export function pictureUrl({ pixels, height, width }: DatasetImages, index: number): string {
  const size = height * width * 3
  const png = encodeRgbPng(pixels.subarray(index * size, (index + 1) * size), width, height)
  return `data:image/png;base64,${Buffer.from(png).toString('base64')}`
}
