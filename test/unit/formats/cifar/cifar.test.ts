import { open, readFile, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { convertCifar } from '#formats/cifar/cache.ts'
import { readCifar } from '#formats/cifar/cifar.ts'
import { cifar10, cifar100, IMAGE_BYTES } from '#formats/cifar/layout.ts'
import { parseLabels, type CifarImages } from '#formats/cifar/records.ts'
import { asResultSync } from '#formats/file-error.ts'
import { openImageCache } from '#formats/image-cache/reader.ts'
import { ok, type Result } from '#shared/basics/result.ts'
import { tarGz } from '../support/archive.ts'
import { temporaryFolder } from '../support/folder.ts'
import { fuzz } from '../support/fuzz.ts'
import { cifar10Folder, itWithFiles, sharedPath } from '../support/shared-data.ts'

const { batches } = cifar10
const RECORD_BYTES = 1 + IMAGE_BYTES
const BATCH_BYTES = 10_000 * RECORD_BYTES

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new Error(`${result.error.code}: ${result.error.message}`)
}

/** A batch file of black airplanes that takes no space on disk. */
async function blackBatch(folder: string, name: string, bytes = BATCH_BYTES): Promise<void> {
  const handle = await open(join(folder, name), 'w')
  await handle.truncate(bytes)
  await handle.close()
}

async function blackFolder(): Promise<string> {
  const folder = await temporaryFolder()
  for (const { name } of batches) await blackBatch(folder, `${name}.bin`)
  return folder
}

async function poke(folder: string, name: string, position: number, ...values: number[]): Promise<void> {
  const handle = await open(join(folder, name), 'r+')
  await handle.write(Uint8Array.from(values), 0, values.length, position)
  await handle.close()
}

/** Image and label as an official record. */
function recordOf({ images, labels }: CifarImages, i: number): number[] {
  return [labels[i] ?? -1, ...images.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES)]
}

describe('readCifar', () => {
  it('puts every record of the official layout in its place, and says that the content is another', async () => {
    const folder = await blackFolder()
    await poke(folder, 'data_batch_2.bin', 3 * RECORD_BYTES, 9, 1, 2, 3)
    await poke(folder, 'test_batch.bin', BATCH_BYTES - 1, 77)
    const { train, test, evidence } = unwrap(await readCifar(folder))
    expect([train.labels.length, test.labels.length]).toEqual([50_000, 10_000])
    expect(recordOf(train, 10_003)).toEqual([9, 1, 2, 3, ...new Array<number>(IMAGE_BYTES - 3).fill(0)])
    expect(recordOf(test, 9_999)).toEqual([...new Array<number>(IMAGE_BYTES).fill(0), 77])
    expect(evidence).toMatch(/not the official one: data_batch_1\.bin, .*test_batch\.bin differ/)
  })

  it('reads the official archive', async () => {
    const black = new Uint8Array(BATCH_BYTES)
    const marked = black.slice()
    marked.set([4, 200], RECORD_BYTES)
    const entries = batches.map(({ name, isTest }) => {
      return { name: `cifar-10-batches-bin/${name}.bin`, bytes: isTest ? marked : black }
    })
    const path = join(await temporaryFolder(), 'cifar-10-binary.tar.gz')
    await writeFile(path, tarGz(entries))
    const { test } = unwrap(await readCifar(path))
    expect(recordOf(test, 1).slice(0, 2)).toEqual([4, 200])
  })

  it('refuses a batch of another length', async () => {
    const folder = await blackFolder()
    await blackBatch(folder, 'data_batch_3.bin', BATCH_BYTES - 1)
    expect(await readCifar(folder)).toEqual({
      ok: false,
      error: {
        code: 'dataset-invalid',
        message: 'data_batch_3.bin: expected 30730000 bytes (10000 records of 3073), found 30729999',
        where: 'data_batch_3.bin, byte 30729999',
        remedy: 'Check that the folder holds the complete, unchanged data set.',
      },
    })
  })

  it('refuses a label that is no class, with its place', async () => {
    const folder = await blackFolder()
    await poke(folder, 'data_batch_1.bin', 5 * RECORD_BYTES, 10)
    const error = {
      code: 'dataset-invalid',
      message: 'data_batch_1.bin: byte 15365 (image 5): expected a label from 0 to 9, found 10',
    }
    expect(await readCifar(folder)).toMatchObject({ ok: false, error })
  })

  it('names a file that is missing', async () => {
    const folder = await temporaryFolder()
    await blackBatch(folder, 'data_batch_1.bin')
    const error = { code: 'dataset-invalid', message: expect.stringMatching(/expected a file "data_batch_2\.bin"/) }
    expect(await readCifar(folder)).toMatchObject({ ok: false, error })
  })

  it('refuses a folder, a file and an archive of something else, and a path to nothing', async () => {
    const folder = await temporaryFolder()
    const file = join(folder, 'notes.txt')
    const archive = join(folder, 'notes.tar.gz')
    await writeFile(file, 'hello')
    await writeFile(archive, tarGz([{ name: 'notes.txt', bytes: new Uint8Array(5) }]))
    const paths = [folder, file, archive, join(folder, 'none')]
    const codes = await Promise.all(paths.map(async (path) => codeOf(await readCifar(path))))
    expect(codes).toEqual(['dataset-invalid', 'file-unsupported', 'dataset-invalid', 'not-found'])
  })

  it.each<[string, unknown, string, RegExp]>([
    ['too few labels', [1, 2], 'dataset-invalid', /expected a list of 50000 labels, found 2/],
    ['labels that are no list', { a: 1 }, 'dataset-invalid', /found no list/],
    ['a fractional label', [...new Array<number>(49_999).fill(0), 0.5], 'dataset-invalid', /label 49999.*found 0\.5/],
    ['a label that is text', ['7', ...new Array<number>(49_999).fill(0)], 'dataset-invalid', /label 0.*found string/],
  ])('refuses PNG sheets with %s', async (_, labels, code, message) => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'data_batch_1.png'), 'not reached')
    await writeFile(join(folder, 'train_lables.json'), JSON.stringify(labels))
    const error = { code, message: expect.stringMatching(message) }
    expect(await readCifar(folder)).toMatchObject({ ok: false, error })
  })
})

it('gives labels or a typed error for mutated label lists', async () => {
  const list = new TextEncoder().encode(JSON.stringify([3, 8, 8, 0, 6, 6, 1, 6, 3, 1]))
  const read = (json: Uint8Array) => asResultSync(() => ok(parseLabels({ name: 'labels.json' }, 10, json, 10)))
  await fuzz(list, read, (labels) => expect(Math.max(...labels)).toBeLessThan(10))
})

function codeOf(result: Result<unknown>): string {
  return result.ok ? 'ok' : result.error.code
}

describe('CIFAR-100', () => {
  const record = 2 + IMAGE_BYTES
  const names = Array.from({ length: 100 }, (_, i) => `fine_${i}`)

  /** Both batches with classes of equal size, all images black. */
  async function evenFolder(): Promise<string> {
    const folder = await temporaryFolder()
    for (const { name, images } of cifar100.batches) {
      const bytes = new Uint8Array(images * record)
      for (let i = 0; i < images; i++) bytes[i * record + 1] = i % 100
      await writeFile(join(folder, `${name}.bin`), bytes)
    }
    await writeFile(join(folder, 'fine_label_names.txt'), `${names.join('\n')}\n\n`)
    return folder
  }

  it('comes with its fine classes and their names, and the last 5,000 training images for validation', async () => {
    const folder = await evenFolder()
    await poke(folder, 'train.bin', 45_000 * record, 19, 0, 7)
    const cacheFolder = join(await temporaryFolder(), 'cache')
    const { header } = unwrap(await convertCifar(folder, cacheFolder))
    expect({ ...header, sha256: undefined, version: undefined }).toEqual({
      kind: 'cifar100',
      classNames: names,
      imageShape: [3, 32, 32],
      splits: {
        train: { start: 0, count: 45_000 },
        validation: { start: 45_000, count: 5_000 },
        test: { start: 50_000, count: 10_000 },
      },
      evidence: expect.stringMatching(/^CIFAR-100 layout, classes of equal size/),
    })
    const cache = unwrap(await openImageCache(cacheFolder))
    const images = unwrap(await cache.readImages('validation', [0]))
    await cache.close()
    expect([cache.labels('validation')[0], cache.labels('validation')[1], images[0], images[1]]).toEqual([0, 1, 7, 0])
  })

  it('says which class is not of the official size', async () => {
    const folder = await evenFolder()
    await poke(folder, 'test.bin', 1, 4)
    expect(unwrap(await readCifar(folder)).evidence).toBe(
      'CIFAR-100 layout, content not the official one: 99 test images of fine_0 instead of 100',
    )
  })

  it('refuses a fine label that is no class, with its place', async () => {
    const folder = await evenFolder()
    await poke(folder, 'train.bin', 2 * record + 1, 100)
    const error = {
      code: 'dataset-invalid',
      message: 'train.bin: byte 6149 (image 2): expected a label from 0 to 99, found 100',
    }
    expect(await readCifar(folder)).toMatchObject({ ok: false, error })
  })

  it.each([
    ['too few names', names.slice(1), /expected 100 class names, found 99/],
    ['the same name twice', [...names.slice(0, 99), 'fine_0'], /class 99: .*found "fine_0"/],
  ])('refuses %s', async (_, lines, message) => {
    const folder = await temporaryFolder()
    await blackBatch(folder, 'train.bin', 50_000 * record)
    await writeFile(join(folder, 'fine_label_names.txt'), lines.join('\n'))
    const error = { code: 'dataset-invalid', message: expect.stringMatching(message) }
    expect(await readCifar(folder)).toMatchObject({ ok: false, error })
  })

  it('does not take any file called train for it', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'train'), 'notes')
    expect(await readCifar(folder)).toMatchObject({
      ok: false,
      error: { message: expect.stringMatching(/expected one of data_batch_1\.bin, .*, train and meta, found none/) },
    })
  })
})

describe('CIFAR-10 itself', () => {
  const sums = sharedPath('data/cifar10-golden/raw-sha256sums.txt')

  itWithFiles([sums])('is named by the published sums of its official files', async () => {
    const lines = (await readFile(sums, 'utf8')).trim().split('\n')
    expect(lines).toEqual(batches.map(({ name, sha256 }) => `${sha256}  ${name}.bin`))
  })

  itWithFiles([join(cifar10Folder, 'package', 'test_batch.png')])(
    'comes complete from the PNG sheets and back from the cache',
    async () => {
      const folder = join(await temporaryFolder(), 'cache')
      const summary = unwrap(await convertCifar(cifar10Folder, folder))
      const { splits, evidence } = summary.header
      expect(evidence).toMatch(/^CIFAR-10, complete/)
      expect(splits).toEqual({
        train: { start: 0, count: 45_000 },
        validation: { start: 45_000, count: 5_000 },
        test: { start: 50_000, count: 10_000 },
      })
      const cache = unwrap(await openImageCache(folder))
      try {
        expect(cache.sha256).toBe(summary.sha256)
        const { images, labels } = unwrap(await cache.loadSplit('test'))
        const records = createHash('sha256')
        for (let i = 0; i < labels.length; i++) {
          records.update(Uint8Array.of(labels[i] ?? 0)).update(images.subarray(i * IMAGE_BYTES, (i + 1) * IMAGE_BYTES))
        }
        expect(records.digest('hex')).toBe(batches.at(-1)?.sha256)
      } finally {
        await cache.close()
      }
    },
  )
})
