import { readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { ImageCacheDescription } from '#formats/image-cache/header.ts'
import { openImageCache } from '#formats/image-cache/reader.ts'
import { writeImageCache, type LabelledImages } from '#formats/image-cache/writer.ts'
import type { Result } from '#shared/basics/result.ts'
import { temporaryFolder } from '../support/folder.ts'
import { fuzz } from '../support/fuzz.ts'

/** Ten images of 1 x 2 x 2 pixels, all pixels of image i being i, of class i modulo 3. */
const description: ImageCacheDescription = {
  kind: 'cifar10',
  classNames: ['a', 'b', 'c'],
  imageShape: [1, 2, 2],
  splits: { train: { start: 0, count: 6 }, validation: { start: 6, count: 1 }, test: { start: 7, count: 3 } },
  evidence: 'made by a test',
}

function part(first: number, count: number): LabelledImages {
  const numbers = Array.from({ length: count }, (_, i) => first + i)
  return {
    images: Uint8Array.from(numbers.flatMap((i) => [i, i, i, i])),
    labels: Uint8Array.from(numbers, (i) => i % 3),
  }
}

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new Error(`${result.error.code}: ${result.error.message}`)
}

async function writtenCache() {
  const folder = join(await temporaryFolder(), 'cache')
  const summary = unwrap(await writeImageCache(folder, description, [part(0, 4), part(4, 6)]))
  return { folder, summary }
}

const firstPixels = (images: Uint8Array) => [...images].filter((_, i) => i % 4 === 0)

describe('image cache', () => {
  it('gives back what it was given, split by split', async () => {
    const { folder, summary } = await writtenCache()
    const cache = unwrap(await openImageCache(folder))
    expect(cache.header).toEqual(summary.header)
    expect(cache.header).toMatchObject(description)
    expect(cache.sha256).toBe(summary.sha256)
    const test = unwrap(await cache.loadSplit('test'))
    expect(test).toEqual({ images: part(7, 3).images, labels: Uint16Array.of(1, 2, 0) })
    expect([...cache.labels('validation')]).toEqual([0])
    const limited = unwrap(await cache.loadSplit('train', 2))
    expect(limited).toEqual({ images: part(0, 2).images, labels: Uint16Array.of(0, 1) })
    expect(await cache.verify()).toEqual({ ok: true, value: undefined })
    await cache.close()
  })

  it('reads images in any order, more than once, and none', async () => {
    const { folder } = await writtenCache()
    const cache = unwrap(await openImageCache(folder))
    const order = [5, 0, 1, 2, 2, 4]
    expect(firstPixels(unwrap(await cache.readImages('train', order)))).toEqual(order)
    expect(firstPixels(unwrap(await cache.readImages('test', Int32Array.of(2, 0))))).toEqual([9, 7])
    expect(unwrap(await cache.readImages('test', []))).toEqual(new Uint8Array())
    await cache.close()
  })

  it.each([[[-1]], [[3]], [[2, 3]], [[0.5]], [[NaN]]])(
    'refuses positions %j, which reach outside a split',
    async (indices) => {
      const { folder } = await writtenCache()
      const cache = unwrap(await openImageCache(folder))
      expect(await cache.readImages('test', indices)).toMatchObject({ ok: false, error: { code: 'invalid-argument' } })
      await cache.close()
    },
  )

  it('writes equal bytes for equal content, however it is cut into parts', async () => {
    const { summary } = await writtenCache()
    const folder = join(await temporaryFolder(), 'cache')
    async function* parts() {
      for (let i = 0; i < 10; i++) yield part(i, 1)
    }
    expect(unwrap(await writeImageCache(folder, description, parts()))).toEqual(summary)
  })

  it.each<[string, LabelledImages[], RegExp]>([
    ['too few images', [part(0, 9)], /expected 10 images, got 9/],
    ['too many images', [part(0, 11)], /expected 10 images, got 11/],
    ['pixels that do not fit the labels', [{ ...part(0, 10), images: new Uint8Array(39) }], /expected 40 bytes/],
    ['a label that is no class', [{ ...part(0, 10), labels: new Uint8Array(10).fill(3) }], /labels below 3, got 3/],
  ])('does not write %s', async (_, parts, message) => {
    const folder = join(await temporaryFolder(), 'cache')
    const result = await writeImageCache(folder, description, parts)
    const error = { code: 'dataset-invalid', message: expect.stringMatching(message) }
    expect(result).toMatchObject({ ok: false, error })
    expect(await openImageCache(folder)).toMatchObject({ ok: false, error: { code: 'not-found' } })
  })

  it('never writes over something that exists', async () => {
    const { folder } = await writtenCache()
    const again = await writeImageCache(folder, description, [part(0, 10)])
    expect(again).toMatchObject({ ok: false, error: { code: 'already-exists' } })
  })

  it('notices a cut file on opening and a changed byte on verifying', async () => {
    const { folder } = await writtenCache()
    const images = await readFile(join(folder, 'images.u8'))
    images[17] = 99
    await writeFile(join(folder, 'images.u8'), images)
    const cache = unwrap(await openImageCache(folder))
    const changed = { code: 'file-corrupt', message: expect.stringMatching(/^images\.u8: expected SHA-256/) }
    expect(await cache.verify()).toMatchObject({ ok: false, error: changed })
    await cache.close()
    await truncate(join(folder, 'images.u8'), 39)
    expect(await openImageCache(folder)).toEqual({
      ok: false,
      error: {
        code: 'file-truncated',
        message: 'images.u8: expected 40 bytes, found 39',
        where: 'images.u8, byte 39',
        remedy: 'Import the data set again.',
      },
    })
  })

  it.each<[string, object, string, RegExp]>([
    ['another version', { version: 2 }, 'file-unsupported', /expected image cache version 1, found "2"/],
    [
      'splits that leave a gap',
      { splits: { ...description.splits, test: { start: 8, count: 2 } } },
      'file-corrupt',
      /splits\.test/,
    ],
    ['an impossible shape', { imageShape: [1, 0, 2] }, 'file-corrupt', /imageShape/],
    ['sums that are none', { sha256: { images: 'x', labels: 'y' } }, 'file-corrupt', /sha256/],
    ['fewer classes than labels', { classNames: ['a', 'b'] }, 'file-corrupt', /labels below 2, found 2 for image 2/],
  ])('refuses a header with %s', async (_, change, code, message) => {
    const { folder, summary } = await writtenCache()
    await writeFile(join(folder, 'header.json'), JSON.stringify({ ...summary.header, ...change }))
    const error = { code, message: expect.stringMatching(message) }
    expect(await openImageCache(folder)).toMatchObject({ ok: false, error })
  })

  it('gives a value or a typed error for mutated headers', async () => {
    const { folder } = await writtenCache()
    const path = join(folder, 'header.json')
    const readMutated = async (bytes: Uint8Array) => {
      await writeFile(path, bytes)
      return openImageCache(folder)
    }
    await fuzz(await readFile(path), readMutated, async (cache) => {
      await cache.loadSplit('test')
      await cache.close()
    })
  })
})
