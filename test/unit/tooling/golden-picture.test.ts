/** What golden pictures of screens find, and what they let pass. */
import { PNG } from 'pngjs'
import { expect, test } from 'vitest'
import { differences, shrunk } from '../../e2e/golden-picture.ts'

/** A light screen with a dark rectangle in it. */
function screen({ left, top, width, height }: { left: number; top: number; width: number; height: number }): PNG {
  const picture = new PNG({ width: 1280, height: 800 })
  picture.data.fill(250)
  for (let y = top; y < top + height; y++) {
    for (let x = left; x < left + width; x++) picture.data.set([79, 70, 229], 4 * (y * 1280 + x))
  }
  return shrunk(picture)
}

const button = { left: 800, top: 132, width: 180, height: 30 }

test('a screen is a quarter as wide and as high', () => {
  const { width, height } = screen(button)
  expect([width, height]).toEqual([320, 200])
})

test('what is alike passes, also with an edge that is one pixel away', () => {
  expect(differences(screen(button), screen(button))).toEqual([])
  expect(differences(screen(button), screen({ ...button, left: 801, width: 179 }))).toEqual([])
})

test.each([
  ['is gone', { ...button, width: 0 }],
  ['has moved', { ...button, left: 760 }],
  ['is half as wide', { ...button, width: 90 }],
])('a button that %s is found where it was', (_what, now) => {
  const [worst] = differences(screen(button), screen(now))
  expect(worst?.top).toBeGreaterThanOrEqual(120)
  expect(worst?.top).toBeLessThanOrEqual(160)
  expect(worst?.by).toBeGreaterThan(40)
})
