import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { convertDataset } from '#formats/dataset/dataset.ts'
import { openImageCache } from '#formats/image-cache/reader.ts'
import { splitOf } from '#formats/image-set/splits.ts'
import { splitNames, type ImportSplit } from '#shared/protocol/records.ts'
import type { Result } from '#shared/basics/result.ts'
import { temporaryFolder } from '../support/folder.ts'
import { itWithFiles, sharedPath } from '../support/shared-data.ts'

const fixtures = join(import.meta.dirname, '../../../fixtures/images')
const size = 16

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new Error(`${result.error.code}: ${result.error.message}`)
}

/** A folder with these files: a fixture's content, or what is given. */
async function folderOf(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await temporaryFolder()
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    if (typeof content === 'string' && /^[a-z-]+\.(png|jpg|webp)$/.test(content)) {
      await copyFile(join(fixtures, content), path)
    } else await writeFile(path, content)
  }
  return folder
}

async function convert(folder: string, split: ImportSplit = 'auto') {
  const cacheFolder = join(await temporaryFolder(), 'cache')
  const progress: number[] = []
  const onProgress = (done: number) => progress.push(done)
  const result = await convertDataset(folder, cacheFolder, { size, split, accept: true, onProgress })
  return { result, cacheFolder, progress }
}

/** What a conversion made, without pixels. */
async function contentOf(folder: string, split?: ImportSplit) {
  const { result, cacheFolder } = await convert(folder, split)
  const { header, skipped } = unwrap(result)
  const cache = unwrap(await openImageCache(cacheFolder))
  const labels = Object.fromEntries(splitNames.map((name) => [name, [...cache.labels(name)]]))
  await cache.close()
  return {
    classNames: header.classNames,
    labels,
    skipped: skipped.files.map(({ file, reason }) => `${reason} ${file}`),
  }
}

describe('convertDataset of a folder of images', () => {
  it('numbers the folders in their alphabetical order and counts all images of a small set as test images', async () => {
    const folder = await folderOf({
      'b/1.png': 'wide.png',
      'b/deep/2.PNG': 'tall.png',
      'a/3.webp': 'alpha.webp',
      'c/4.jpeg': 'colour.jpg',
      '.hidden/5.png': 'small.png',
    })
    expect(await contentOf(folder)).toEqual({
      classNames: ['a', 'b', 'c'],
      labels: { train: [], validation: [], test: [0, 1, 1, 2] },
      skipped: [],
    })
  })

  it('stores the squares in the order of their names', async () => {
    const folder = await folderOf({ 'a/2.png': 'tall.png', 'a/1.png': 'wide.png' })
    const { result, cacheFolder, progress } = await convert(folder)
    expect(unwrap(result).header).toMatchObject({
      kind: 'image-folder',
      imageShape: [3, 16, 16],
      evidence: 'a folder a class, all of them test images; shorter side resized to 16 pixels, centre kept',
    })
    const cache = unwrap(await openImageCache(cacheFolder))
    const images = unwrap(await cache.readImages('test', [0, 1]))
    await cache.close()
    const squares = new Uint8Array(await readFile(join(fixtures, 'squares.bin')))
    const expected = JSON.parse(await readFile(join(fixtures, 'expected.json'), 'utf8')) as {
      cases: { file: string; size: number; offset: number; bytes: number }[]
    }
    const squareOf = (file: string) => {
      const found = expected.cases.find((entry) => entry.file === file && entry.size === size)
      return [...squares.subarray(found?.offset, (found?.offset ?? 0) + (found?.bytes ?? 0))]
    }
    expect([...images]).toEqual([...squareOf('wide.png'), ...squareOf('tall.png')])
    expect(progress).toEqual([0, 2])
  })

  it('takes val as test images and cuts validation out of train, by file name alone', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `x${i}.png`)
    const wide = await readFile(join(fixtures, 'small.png'))
    // A comment after the image makes every file another one.
    const files = names.map((name): [string, Uint8Array] => [
      `train/a/${name}`,
      Buffer.concat([wide, Buffer.from(name)]),
    ])
    const folder = await folderOf({
      ...Object.fromEntries(files),
      'val/a/v.png': 'tall.png',
      'val/b/w.png': 'strip.png',
    })
    const { labels, classNames } = await contentOf(folder)
    const validation = names.filter((name) => splitOf('train', `train/a/${name}`) === 'validation')
    expect([classNames, labels['test'], labels['validation']?.length, labels['train']?.length]).toEqual([
      ['a', 'b'],
      [0, 1],
      validation.length,
      names.length - validation.length,
    ])
    expect(validation.length).toBeGreaterThan(0)
  })

  it('keeps train, val and test folders as they are', async () => {
    const folder = await folderOf({
      'train/a/1.png': 'wide.png',
      'val/a/2.png': 'tall.png',
      'test/a/3.png': 'strip.png',
    })
    expect((await contentOf(folder)).labels).toEqual({ train: [0], validation: [0], test: [0] })
  })

  it('numbers classes by a list beside the folders, and lists folders that are not in it', async () => {
    const folder = await folderOf({
      'LOC_synset_mapping.txt': 'n01 tench, Tinca tinca\nn02 goldfish, Carassius\nn03\n',
      'val/n03/1.png': 'wide.png',
      'val/n02/2.png': 'tall.png',
      'val/n09/3.png': 'strip.png',
    })
    expect(await contentOf(folder)).toEqual({
      classNames: ['tench', 'goldfish', 'n03'],
      labels: { train: [], validation: [], test: [1, 2] },
      skipped: ['mislabelled val/n09/3.png'],
    })
  })

  it('takes the classes from a CSV, whose indices reach beyond the files that are there', async () => {
    const folder = await folderOf({
      'labels.csv':
        'index,name,original_file\r\n0,"tench, the fish",1.png\r\n4,bird,2.png\r\n2,,absent.png\r\nx,cat,3.png\r\n',
      'images/1.png': 'wide.png',
      'images/2.png': 'tall.png',
      'images/3.png': 'strip.png',
      'images/4.png': 'small.png',
    })
    expect(await contentOf(folder)).toEqual({
      classNames: ['tench, the fish', '1', '2', '3', 'bird'],
      labels: { train: [], validation: [], test: [0, 4] },
      skipped: ['mislabelled images/3.png', 'mislabelled images/4.png'],
    })
  })

  it('leaves out what is damaged, double or no image, and says why', async () => {
    const cut = (await readFile(join(fixtures, 'colour.jpg'))).subarray(0, 900)
    const folder = await folderOf({
      'a/1.png': 'wide.png',
      'a/2.png': 'wide.png',
      'b/3.png': 'wide.png',
      'b/4.jpg': cut,
      'b/5.jpg': '',
      'b/6.png': 'GIF89a',
      'b/7.txt': 'notes',
      'b/8.png': 'tall.png',
    })
    expect(await contentOf(folder)).toEqual({
      classNames: ['a', 'b'],
      labels: { train: [], validation: [], test: [0, 1] },
      skipped: [
        'duplicate a/2.png',
        'mislabelled b/3.png',
        'damaged b/4.jpg',
        'damaged b/5.jpg',
        'unsupported b/6.png',
        'unsupported b/7.txt',
      ],
    })
  })

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a folder without images', { 'notes.txt': 'x' }, /expected JPEG, PNG or WebP images, found none/],
    ['images in no folder of a class', { '1.png': 'wide.png' }, /expected a folder a class/],
    [
      'images of which none can be used',
      { 'a/1.png': 'nothing' },
      /none that can be used \(1 left out, the first a\/1\.png: /,
    ],
    ['a CSV without a column of classes', { '1.png': 'wide.png', 'labels.csv': 'file\n1.png\n' }, /expected a header/],
    ['an unfinished quote', { '1.png': 'wide.png', 'labels.csv': 'file,index\n"1.png,0\n' }, /line 2: a field/],
    ['a class that is listed twice', { 'a/1.png': 'wide.png', 'classes.txt': 'a\na\n' }, /line 2: .*"a" again/],
  ])('refuses %s', async (_, files, message) => {
    const { result } = await convert(await folderOf(files))
    expect(result).toMatchObject({
      ok: false,
      error: { code: 'dataset-invalid', message: expect.stringMatching(message) },
    })
  })

  const sample = sharedPath('data/imagenet-sample')
  itWithFiles([join(sample, 'labels.csv')])(
    'takes in the ImageNet sample with the indices of all 1,000 classes',
    async () => {
      const { classNames, labels, skipped } = await contentOf(sample)
      expect([classNames.length, classNames[0], labels['test']?.length, labels['test']?.slice(0, 3), skipped]).toEqual([
        1000,
        'tench',
        100,
        [0, 10, 20],
        ['unsupported squeezenet1_1_imagenet_caffe_rgb.safetensors'],
      ])
    },
  )
})

it('splits by the SHA-256 of the file name, wherever the file lies', () => {
  // First four bytes of `printf %s NAME | sha256sum`, modulo 10: 0.png 2, 5.png 1, 14.png 0.
  const names = ['a/0.png', 'b/c/5.png', '5.png', '14.png']
  expect(names.map((name) => splitOf('hash', name))).toEqual(['train', 'test', 'test', 'validation'])
  expect(names.map((name) => splitOf('train', name))).toEqual(['train', 'train', 'train', 'validation'])
})
