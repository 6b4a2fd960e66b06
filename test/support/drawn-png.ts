import { PNG } from 'pngjs'

/** A small PNG of one colour, another for every `number` below 65,536. */
export function drawnPng(number: number, side = 4): Uint8Array {
  const image = new PNG({ width: side, height: side })
  for (let at = 0; at < image.data.length; at += 4) image.data.set([number % 256, number >> 8, 128, 255], at)
  return new Uint8Array(PNG.sync.write(image))
}
