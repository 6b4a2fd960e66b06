import { expect, test } from 'vitest'
import { PNG } from 'pngjs'
import { pictureUrl } from '#main/export/picture-url.ts'

test('a picture of a page shows the pixels of its image, and no other', () => {
  const [height, width] = [2, 3]
  const pixels = Uint8Array.from({ length: 2 * height * width * 3 }, (_, at) => (37 * at) % 256)
  const url = pictureUrl({ pixels, labels: [0, 1], height, width }, 1)
  const [head, body = ''] = url.split(',')
  expect(head).toBe('data:image/png;base64')
  const shown = PNG.sync.read(Buffer.from(body, 'base64'))
  expect([shown.width, shown.height]).toEqual([width, height])
  const rgb = [...shown.data].filter((_, at) => at % 4 !== 3)
  expect(rgb).toEqual([...pixels.subarray(height * width * 3)])
})
