import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { splitOf } from '#formats/image-set/splits.ts'
import { splitName } from '#formats/webdataset/samples.ts'
import { splitNames, type SplitName } from '#shared/protocol/records.ts'
import { drawnPng } from '#test/support/drawn-png.ts'
import { tar, tarGz, type TarEntry } from '../support/archive.ts'
import { convertedSet, folderWith, refusedSet } from '../support/converted-set.ts'

const text = (content: string) => new TextEncoder().encode(content)
const png = (key: string, number: number, ending = 'png'): TarEntry => ({ name: `${key}.${ending}`, bytes: drawnPng(number) }) // prettier-ignore
const cls = (key: string, label: string): TarEntry => ({ name: `${key}.cls`, bytes: text(label) })
const json = (key: string, content: unknown): TarEntry => ({ name: `${key}.json`, bytes: text(JSON.stringify(content)) }) // prettier-ignore
const txt = (key: string, content: string): TarEntry => ({ name: `${key}.txt`, bytes: text(content) })

describe('splitName', () => {
  it.each([
    ['a/b/0001.jpg', 'a/b/0001', 'jpg'],
    ['n01.v2/0001.seg.PNG', 'n01.v2/0001', 'seg.png'],
    ['0001.left.jpg', '0001', 'left.jpg'],
  ])('splits %s at the first dot of its last part', (path, key, ending) => {
    expect(splitName(path)).toEqual({ key, ending })
  })

  it.each(['a/.hidden', 'a.b/readme', '.'])('finds no key in %s', (path) => {
    expect(splitName(path)).toBeUndefined()
  })
})

describe('convertDataset of WebDataset shards', () => {
  it('takes splits from the names of shards, plain or gzipped, and class numbers from cls', async () => {
    const folder = await folderWith({
      'set-train-000000.tar': tar([png('a', 1), cls('a', '0\n'), cls('b', '2'), png('b', 2)]),
      'set-train-000001.tar.gz': tarGz([png('x/c', 3), cls('x/c', '1'), png('x/d', 4), cls('x/d', '1')]),
      'set-validation-000000.tar': tar([png('e', 5), cls('e', '2')]),
      'set-test-000000.tgz': tarGz([png('f', 6), cls('f', '0')]),
      'README.md': 'a set',
    })
    expect(await convertedSet(folder)).toEqual({
      classNames: ['0', '1', '2'],
      train: ['0:1', '2:2', '1:3', '1:4'],
      validation: ['2:5'],
      test: ['0:6'],
      skipped: ['unsupported README.md: no tar archive by its name'],
      evidence: '4 WebDataset shards, classes by their numbers, without names; shorter side resized to 4 pixels, centre kept', // prettier-ignore
    })
  })

  it('names the classes by the list beside the shards, also where one shard is given', async () => {
    const folder = await folderWith({
      'train/0.tar': tar([png('a', 1), cls('a', '1')]),
      'test/0.tar': tar([png('b', 2), cls('b', '0')]),
      'classes.txt': 'cat\ndog\n',
      'one/0.tar': tar([png('b', 2), cls('b', '1')]),
      'one/classes.txt': 'cat\ndog\nhorse\n',
    })
    expect((await convertedSet(folder)).classNames).toEqual(['cat', 'dog'])
    expect(await convertedSet(join(folder, 'one/0.tar'))).toMatchObject({ classNames: ['cat', 'dog', 'horse'], test: ['1:2'] }) // prettier-ignore
  })

  it.each<[string, readonly TarEntry[], object]>([
    [
      'the label of a json',
      [png('a', 1), json('a', { label: 1, width: 4 }), png('b', 2), json('b', { label: 0 })],
      { classNames: ['0', '1'], test: ['1:1', '0:2'] },
    ],
    [
      'names in a txt',
      [png('a', 1), txt('a', 'zebra'), png('b', 2), txt('b', 'ant')],
      { classNames: ['ant', 'zebra'], test: ['1:1', '0:2'] },
    ],
    [
      'cls rather than a caption beside it',
      [png('a', 1), txt('a', 'a cat on a mat'), cls('a', '3')],
      { test: ['3:1'] },
    ],
    [
      'the first image of a sample',
      [png('a', 1), png('a', 9, 'mask.png'), png('a', 8, 'webp'), cls('a', '0')],
      { test: ['0:1'] },
    ],
    [
      'long names of GNU tar',
      [
        { name: '././@LongLink', bytes: text(`${'k'.repeat(150)}.png\0`), type: 'L' },
        png('k'.repeat(90), 1),
        { name: '././@LongLink', bytes: text(`${'k'.repeat(150)}.cls\0`), type: 'L' },
        cls('k'.repeat(90), '1'),
      ],
      { test: ['1:1'] },
    ],
    [
      'long names of pax',
      [
        { name: 'PaxHeaders/a', bytes: text('17 path=long.png\n'), type: 'x' },
        png('a', 1),
        { name: 'PaxHeaders/a', bytes: text('17 path=long.cls\n'), type: 'x' },
        cls('a', '2'),
      ],
      { test: ['2:1'] },
    ],
  ])('reads %s', async (_, entries, expected) => {
    // prettier-ignore
    const folder = await folderWith({ 'shard.tar': tar(entries) })
    expect(await convertedSet(join(folder, 'shard.tar'))).toMatchObject(expected)
  })

  it('leaves out by name what has no class or is no image', async () => {
    const broken = { name: 'c.jpg', bytes: text('no image') }
    const entries = [png('a', 1), cls('a', '0'), png('b', 2), broken, cls('c', '0'), png('d', 4), cls('d', '-1')]
    const { skipped } = await convertedSet(join(await folderWith({ 'a.tar': tar(entries) }), 'a.tar'))
    expect(skipped).toEqual([
      'mislabelled a.tar/b.png: no class stands beside it',
      expect.stringMatching(/^unsupported a.tar\/c.jpg: /),
      'mislabelled a.tar/d.png: -1 is no class',
    ])
  })

  it('cuts a set without splits by the names of its samples, and reads a gzipped shard for each split', async () => {
    const entries = Array.from({ length: 40 }, (_, i) => [png(`k${i}`, i), cls(`k${i}`, String(i % 2))]).flat()
    const folder = await folderWith({ 'plain.tar': tar(entries), 'packed.tgz': tarGz(entries) })
    const plain = await convertedSet(join(folder, 'plain.tar'), 'hash')
    const packed = await convertedSet(join(folder, 'packed.tgz'), 'hash')
    const keys = Array.from({ length: 40 }, (_, i) => i)
    const wanted = (name: SplitName) =>
      keys.filter((i) => splitOf('hash', `k${i}.png`) === name).map((i) => `${i % 2}:${i}`)
    expect(plain).toMatchObject(Object.fromEntries(splitNames.map((name) => [name, wanted(name)])))
    expect(packed).toEqual(plain)
  })

  it.each<[string, Uint8Array, string, RegExp]>([
    [
      'an archive of folders of images',
      tar([png('set/cat/1', 1), png('set/dog/2', 2)]),
      'dataset-invalid',
      /2 images and no class/,
    ],
    [
      'captions',
      tar(Array.from({ length: 20 }, (_, i) => [png(`k${i}`, i), txt(`k${i}`, `picture number ${i}`)]).flat()),
      'dataset-invalid',
      /captions/,
    ],
    [
      'a class that is no number',
      tar([png('a', 1), cls('a', 'cat')]),
      'dataset-invalid',
      /"a.cls": expected a class number, found "cat"/,
    ],
    ['json that is none', tar([png('a', 1), { name: 'a.json', bytes: text('{') }]), 'dataset-invalid', /expected JSON/],
    ['a shard that ends early', tar([png('a', 1), cls('a', '1')]).subarray(0, 1400), 'file-truncated', /end of the/],
    [
      'a bomb',
      tarGz([{ name: 'a.png', bytes: new Uint8Array(65 * 2 ** 20) }, cls('a', '1')]),
      'file-unsafe',
      /at most/,
    ],
  ])('refuses %s', async (_, bytes, code, message) => {
    // prettier-ignore
    const path = join(await folderWith({ 'shard.tar': bytes }), 'shard.tar')
    expect(await refusedSet(path)).toMatchObject({ code, message: expect.stringMatching(message) })
  })
})
