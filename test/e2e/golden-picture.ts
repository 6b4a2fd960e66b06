/**
 * Golden pictures: how a screen looked when somebody last looked at it. They are kept at a quarter of the size, and compared
 * by the mean colour of their parts: letters that another font draws differ little, a part that is missing or moved a lot.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { PNG } from 'pngjs'

const folder = join(import.meta.dirname, 'golden')
/** Pixels of the screen in both directions that become one. */
const shrink = 4
/** Pixels of a golden picture in both directions whose colours are taken together. */
const part = 10
/** Of 255, for the mean of a part in one colour: what other fonts and versions of Chromium have been seen to change. */
const tolerance = 14

/** A part that looks different, in pixels of the screen. */
export interface Difference {
  readonly left: number
  readonly top: number
  /** Of 255. */
  readonly by: number
}

/**
 * What is wrong with a picture of a screen beside its golden one; nothing when they are alike.
 * `npm run test:e2e -- screens --update-golden` keeps the picture as the golden one instead: look at it.
 * @param png of the screen, 1280 by 800 pixels
 */
export function unlikeGolden(name: string, png: Buffer): readonly string[] {
  const path = join(folder, `${name}.png`)
  const now = shrunk(PNG.sync.read(png))
  if (process.env['NERN_UPDATE_GOLDEN'] === '1') {
    writeFileSync(path, PNG.sync.write(now, { colorType: 2, deflateLevel: 9 }))
    return []
  }
  if (!existsSync(path)) return [`${name}: there is no golden picture ${path}`]
  const golden = PNG.sync.read(readFileSync(path))
  if (golden.width !== now.width || golden.height !== now.height)
    return [`${name}: another size than its golden picture`]
  const [worst, ...others] = differences(golden, now)
  if (worst === undefined) return []
  return [
    `${name}: ${others.length + 1} parts differ from ${path}, most at ${worst.left}, ${worst.top} (${worst.by} of 255)`,
  ]
}

/** Parts that differ by more than the tolerance, the worst first. */
export function differences(golden: PNG, now: PNG): readonly Difference[] {
  const found: Difference[] = []
  for (let top = 0; top < golden.height; top += part) {
    for (let left = 0; left < golden.width; left += part) {
      const [before, after] = [golden, now].map((picture) => meanColour(picture, left, top, part))
      const by = Math.max(...[0, 1, 2].map((channel) => Math.abs((before?.[channel] ?? 0) - (after?.[channel] ?? 0))))
      if (by > tolerance) found.push({ left: left * shrink, top: top * shrink, by: Math.round(by) })
    }
  }
  return found.toSorted((a, b) => b.by - a.by)
}

export function shrunk(picture: PNG): PNG {
  const small = new PNG({ width: Math.floor(picture.width / shrink), height: Math.floor(picture.height / shrink) })
  for (let top = 0; top < small.height; top++) {
    for (let left = 0; left < small.width; left++) {
      const mean = meanColour(picture, left * shrink, top * shrink, shrink)
      small.data.set([...mean.map(Math.round), 255], 4 * (top * small.width + left))
    }
  }
  return small
}

/** Of a square that ends where the picture does: red, green, blue from 0 to 255. */
function meanColour({ width, height, data }: PNG, left: number, top: number, size: number): readonly number[] {
  const sums = [0, 0, 0]
  let count = 0
  for (let y = top; y < Math.min(height, top + size); y++) {
    for (let x = left; x < Math.min(width, left + size); x++) {
      for (const channel of [0, 1, 2]) sums[channel] = (sums[channel] ?? 0) + (data[4 * (y * width + x) + channel] ?? 0)
      count++
    }
  }
  return sums.map((sum) => sum / count)
}
