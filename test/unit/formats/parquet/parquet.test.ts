import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { drawnPng } from '#test/support/drawn-png.ts'
import { labelColumn, nameColumn, parquetTable, type TableOptions } from '#test/support/parquet-files.ts'
import { convertedSet, folderWith, refusedSet } from '../support/converted-set.ts'

const features = {
  image: { _type: 'Image' },
  label: { _type: 'ClassLabel', names: ['cat', 'dog', 'horse'] },
}

/** Images of the colours `from` to `from + labels.length`. */
function table(labels: readonly number[], from = 0, options: Partial<TableOptions> = {}): Uint8Array {
  const images = labels.map((_, i) => drawnPng(from + i))
  return parquetTable({ images, columns: [labelColumn('label', labels)], features, ...options })
}

const converted = async (bytes: Uint8Array) => convertedSet(join(await folderWith({ 'a.parquet': bytes }), 'a.parquet'))

describe('convertDataset of Parquet files', () => {
  it('takes splits from file names and class names from the Hugging Face features', async () => {
    const folder = await folderWith({
      'data/train-00000-of-00002.parquet': table([0, 1], 0),
      'data/train-00001-of-00002.parquet': table([1, 2], 2),
      'data/validation-00000-of-00001.parquet': table([0], 4),
      'data/test-00000-of-00001.parquet': table([2, 2], 5),
      'README.md': 'a set',
    })
    expect(await convertedSet(folder)).toEqual({
      classNames: ['cat', 'dog', 'horse'],
      train: ['0:0', '1:1', '1:2', '2:3'],
      validation: ['0:4'],
      test: ['2:5', '2:6'],
      skipped: ['unsupported README.md: no Parquet file by its name'],
      evidence: '4 Parquet files, class names from its Hugging Face features; shorter side resized to 4 pixels, centre kept', // prettier-ignore
    })
  })

  it.each(['Validation/0000.parquet', 'default/valid/0.parquet', 'x-dev.parquet', 'eval_0.parquet'])(
    'takes %s for validation images beside train and test',
    async (name) => {
      const folder = await folderWith({ [name]: table([0], 0), 'TRAIN.parquet': table([0, 1], 1), 'Test/0.parquet': table([1], 3) }) // prettier-ignore
      expect(await convertedSet(folder)).toMatchObject({ train: ['0:1', '1:2'], validation: ['0:0'], test: ['1:3'] })
    },
  )

  const labels = [2, 0, 1, 1, 0, 2, 2]
  const expected = { classNames: ['cat', 'dog', 'horse'], test: labels.map((label, i) => `${label}:${i}`), skipped: [] }
  it.each<[string, Partial<TableOptions>]>([
    ['snappy', { codec: 'SNAPPY' }],
    ['no compression', { codec: 'UNCOMPRESSED' }],
    ['gzip', { codec: 'GZIP', compressors: { GZIP: gzipSync } }],
    ['zstd', { codec: 'ZSTD', compressors: { ZSTD: zstdCompressSync } }],
    ['brotli', { codec: 'BROTLI', compressors: { BROTLI: brotliCompressSync } }],
    ['small pages', { pageSize: 100 }],
    ['small row groups', { rowGroupSize: 2 }],
    ['small row groups of small pages', { rowGroupSize: 3, pageSize: 100 }],
    ['a column of bytes', { isPlain: true }],
  ])('reads %s', async (_, options) => {
    expect(await converted(table(labels, 0, options))).toMatchObject(expected)
  })

  it('reads a table without features by the names of its columns', async () => {
    const bytes = parquetTable({ imageColumn: 'img', images: [drawnPng(1), drawnPng(2)], columns: [labelColumn('labels', [1, 0])] }) // prettier-ignore
    expect(await converted(bytes)).toMatchObject({ classNames: ['0', '1'], test: ['1:1', '0:2'] })
  })

  it('takes texts for class names in alphabetical order', async () => {
    const bytes = parquetTable({ images: [drawnPng(1), drawnPng(2)], columns: [nameColumn('label', ['zebra', 'ant'])] })
    expect(await converted(bytes)).toMatchObject({ classNames: ['ant', 'zebra'], test: ['1:1', '0:2'] })
  })

  it('takes fine labels rather than coarse ones', async () => {
    const columns = [labelColumn('coarse_label', [0, 0]), labelColumn('fine_label', [1, 0])]
    const both = { coarse_label: { _type: 'ClassLabel', names: ['animal'] }, fine_label: { _type: 'ClassLabel', names: ['bear', 'wolf'] } } // prettier-ignore
    const bytes = parquetTable({ images: [drawnPng(1), drawnPng(2)], columns, features: { image: { _type: 'Image' }, ...both } }) // prettier-ignore
    expect(await converted(bytes)).toMatchObject({ classNames: ['bear', 'wolf'], test: ['1:1', '0:2'] })
  })

  it('leaves out rows without an image and rows without a class by their number', async () => {
    const images = [drawnPng(1), null, drawnPng(3)]
    const { test, skipped } = { test: [], ...(await converted(parquetTable({ images, columns: [labelColumn('label', [0, 1, -1])] }))) } // prettier-ignore
    expect(test).toEqual(['0:1'])
    expect(skipped).toEqual([
      expect.stringMatching(/^unsupported a.parquet:1: .*row 1: expected the bytes of an image/),
      'mislabelled a.parquet:2: -1 is no class',
    ])
  })

  const one = table([0])
  it.each<[string, Uint8Array, string, RegExp]>([
    ['a file that ends early', one.subarray(0, -3), 'file-truncated', /expected PAR1 at its end/],
    [
      'a table without images',
      parquetTable({ imageColumn: 'blob', isPlain: true, images: [drawnPng(1)], columns: [labelColumn('label', [0])] }),
      'dataset-invalid',
      /a column with an image, found "blob", "label"/,
    ],
    [
      'a table without classes',
      parquetTable({ images: [drawnPng(1)], columns: [labelColumn('width', [0])] }),
      'dataset-invalid',
      /the class of an image/,
    ],
    ['lz4', table([0], 0, { codec: 'LZ4_RAW', compressors: { LZ4_RAW: gzipSync } }), 'file-unsupported', /found lz4/],
    [
      'another encoding',
      parquetTable({
        images: [drawnPng(1)],
        columns: [{ ...labelColumn('label', [5]), encoding: 'DELTA_BINARY_PACKED' }],
      }),
      'file-unsupported',
      /found encoding 5/,
    ],
  ])('refuses %s', async (_, bytes, code, message) => {
    // prettier-ignore
    const path = join(await folderWith({ 'a.parquet': bytes }), 'a.parquet')
    expect(await refusedSet(path)).toMatchObject({ code, message: expect.stringMatching(message) })
  })

  it('refuses files of different classes', async () => {
    const other = table([0], 9, { features: { ...features, label: { _type: 'ClassLabel', names: ['x'] } } })
    const folder = await folderWith({ 'a.parquet': one, 'b.parquet': other })
    expect(await refusedSet(folder)).toMatchObject({ code: 'dataset-invalid', message: expect.stringMatching(/found others/) }) // prettier-ignore
  })
})
