import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCifar } from '#formats/cifar/cifar.ts'
import { cifar10, cifar100, IMAGE_BYTES, type CifarVariant } from '#formats/cifar/layout.ts'
import { namesFromPython, recordsFromPython } from '#formats/cifar/python-batch.ts'
import { asResultSync } from '#formats/file-error.ts'
import { ok, type Result } from '#shared/basics/result.ts'
import { assemble, global, PROTO_2, STOP, text, uint32 } from '../pytorch/hostile-pickle.ts'
import { tarGz } from '../support/archive.ts'
import { temporaryFolder } from '../support/folder.ts'
import { fuzz } from '../support/fuzz.ts'

const fixtures = join(import.meta.dirname, '../../../fixtures/cifar')

interface Expected {
  readonly cifar10Sha256: string
  readonly cifar100Sha256: string
}

async function expected(): Promise<Expected> {
  return JSON.parse(await readFile(join(fixtures, 'expected.json'), 'utf8')) as Expected
}

async function fixture(name: string): Promise<Uint8Array> {
  return new Uint8Array(await readFile(join(fixtures, name)))
}

function read(variant: CifarVariant, pickle: Uint8Array): Result<Uint8Array> {
  const batch = { name: 'batch', images: 4, isTest: false }
  return asResultSync(() => ok(recordsFromPython({ name: 'batch' }, variant, batch, pickle)))
}

function sha256(result: Result<Uint8Array>): string {
  if (result.ok) return createHash('sha256').update(result.value).digest('hex')
  throw new Error(result.error.message)
}

describe('recordsFromPython', () => {
  it('makes the binary records of batches as Python 2 and Python 3 pickle them', async () => {
    const sums = await expected()
    const found = [
      sha256(read(cifar10, await fixture('cifar10-python2.pickle'))),
      sha256(read(cifar10, await fixture('cifar10-protocol4.pickle'))),
      sha256(read(cifar100, await fixture('cifar100-python2.pickle'))),
    ]
    expect(found).toEqual([sums.cifar10Sha256, sums.cifar10Sha256, sums.cifar100Sha256])
  })

  it.each<[string, string, RegExp]>([
    ['fortran.pickle', 'file-unsupported', /row-major/],
    ['float.pickle', 'dataset-invalid', /uint8 \[4, 3072\], found float32 \[4, 2\]/],
    ['big-endian.pickle', 'file-unsupported', /little-endian order, found byte order ">"/],
    ['objects.pickle', 'file-unsupported', /found elements of type "O8"/],
    ['cifar100-python2.pickle', 'dataset-invalid', /expected a list under "labels", found none/],
  ])('refuses %s', async (name, code, message) => {
    const error = { code, message: expect.stringMatching(message) }
    expect(read(cifar10, await fixture(name))).toMatchObject({ ok: false, error })
  })

  it('refuses every Python object that an array does not need, and tensors too', () => {
    for (const [module, name] of [
      ['os', 'system'],
      ['numpy', 'load'],
      ['_codecs', 'encode'],
      ['torch._utils', '_rebuild_tensor_v2'],
      ['collections', 'OrderedDict'],
    ] as const) {
      const pickle = assemble(PROTO_2, global(module, name), STOP)
      const error = { code: 'file-unsafe', message: expect.stringContaining(`"${module}.${name}"`) }
      expect(read(cifar10, pickle)).toMatchObject({ ok: false, error })
    }
  })

  it('names the label that is no class', async () => {
    const pickle = await fixture('cifar10-python2.pickle')
    const list = Buffer.from(pickle).indexOf(Buffer.from([0x5d, 0x71, 4, 0x28, 0x4b]))
    pickle[list + 5] = 77
    const message = 'batch: labels of image 0: expected a label from 0 to 9, found 77'
    expect(read(cifar10, pickle)).toMatchObject({ ok: false, error: { code: 'dataset-invalid', message } })
  })

  it('gives records or a typed error for mutated batches', async () => {
    await fuzz(
      await fixture('cifar10-python2.pickle'),
      (bytes) => read(cifar10, bytes),
      (records) => expect(records.byteLength).toBe(4 * (1 + IMAGE_BYTES)),
    )
    await fuzz(
      await fixture('meta-python2.pickle'),
      (bytes) => asResultSync(() => ok(namesFromPython({ name: 'meta' }, bytes))),
      (names) => expect(names.every((name) => typeof name === 'string')).toBe(true),
    )
  })
})

/** A whole batch as a pickle: an array of black images and lists of labels, the first image's first byte `mark`. */
function wholeBatch(images: number, mark: number, labelKeys: readonly string[]): Uint8Array {
  const pixels = new Uint8Array(images * IMAGE_BYTES)
  pixels[0] = mark
  const type = [global('numpy', 'dtype'), ['(', text('u1'), 'K', 0, 'K', 1, 't'], 'R']
  const order = ['(', 'K', 3, text('|'), 'N', 'N', 'N', 'K', 0, 'K', 0, 'K', 0, 't', 'b']
  const empty = [global('numpy.core.multiarray', '_reconstruct'), '(', global('numpy', 'ndarray'), 'K', 0, 0x85]
  const shape = ['(', 'J', uint32(images), 'J', uint32(IMAGE_BYTES), 't']
  const front = assemble(
    PROTO_2,
    '}',
    text('data'),
    empty,
    'C',
    1,
    'b',
    't',
    'R',
    '(',
    'K',
    1,
    shape,
    type,
    order,
    0x89,
  )
  const labels = labelKeys.map((key) => {
    const list = new Uint8Array(2 * images)
    for (let i = 0; i < images; i++) list.set([0x4b, i % 20 === 19 ? 3 : 0], 2 * i)
    return Buffer.concat([assemble(text(key), ']', '('), list, assemble('e', 's')])
  })
  return Buffer.concat([
    front,
    assemble('B', uint32(pixels.length)),
    pixels,
    assemble('t', 'b', 's'),
    ...labels,
    assemble(STOP),
  ])
}

describe('readCifar', () => {
  it('reads the python version of both data sets, as folder and as archive', async () => {
    const folder = join(await temporaryFolder(), 'cifar-10-batches-py')
    const archive = join(await temporaryFolder(), 'cifar-100-python.tar.gz')
    await mkdir(folder)
    for (const [i, { name, images }] of cifar10.batches.entries()) {
      await writeFile(join(folder, name), wholeBatch(images, 10 + i, ['labels']))
    }
    const batches = cifar100.batches.map(({ name, images }, i) => {
      return { name: `cifar-100-python/${name}`, bytes: wholeBatch(images, 100 + i, ['fine_labels', 'coarse_labels']) }
    })
    const meta = { name: 'cifar-100-python/meta', bytes: await fixture('meta-python2.pickle') }
    await writeFile(archive, tarGz([meta, ...batches]))
    const found: unknown[] = []
    for (const path of [dirname(folder), archive]) {
      const result = await readCifar(path)
      if (!result.ok) throw new Error(result.error.message)
      const { variant, classNames, train, test } = result.value
      const marks = [0, 10_000, 40_000].map((image) => train.images[image * IMAGE_BYTES])
      found.push([
        variant.kind,
        classNames.length,
        classNames.at(-1),
        marks,
        test.images[0],
        [...train.labels.slice(18, 21)],
      ])
    }
    expect(found).toEqual([
      ['cifar10', 10, 'truck', [10, 11, 14], 15, [0, 3, 0]],
      ['cifar100', 100, 'fine_99', [100, 0, 0], 101, [0, 3, 0]],
    ])
  })
})
