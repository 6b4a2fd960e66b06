import { describe, expect, it } from 'vitest'
import { parseClassList } from '#formats/image-set/class-list.ts'
import { classSpaceOf } from '#formats/image-folder/class-space.ts'
import { parseLabelTable } from '#formats/image-folder/label-table.ts'

const encode = (text: string) => new TextEncoder().encode(text)

describe('a list of classes', () => {
  it('gives classes of the same name their index', () => {
    const bytes = encode('n01 crane, a bird\nn02 lift\nn03 crane\n')
    expect(parseClassList({ name: 'classes.txt' }, bytes).names).toEqual(['crane (0)', 'lift', 'crane (2)'])
  })

  it.each([
    ['synsets and names', 'n01 tench, Tinca tinca\nn02\n', [], ['n01', 'n02'], ['tench', 'n02']],
    ['folders with blanks', 'golden retriever\ngolden eagle\n', [], ['golden retriever', 'golden eagle'], undefined],
    ['numbers and folders', '1 001.Auk\n2 002.Emu\n', [], ['001.Auk', '002.Emu'], undefined],
    ['folders with blanks that are there', '1 cat\n2 dog\n', ['1 cat'], ['1 cat', '2 dog'], undefined],
    [
      'folders and what they are called',
      'c0 normal driving\nc1 texting\n',
      ['c0'],
      ['c0', 'c1'],
      ['normal driving', 'texting'],
    ],
  ])('may hold %s', (_, text, folders, keys, names) => {
    const list = parseClassList({ name: 'classes.txt' }, encode(text), new Set(folders))
    expect([[...list.indexOf.keys()], list.names]).toEqual([keys, names ?? keys])
  })
})

it('numbers synsets alphabetically where no index is given', () => {
  const file = { name: 'labels.csv' }
  const { rows, isByIndex } = parseLabelTable(file, encode('image,synset\nx.png,n9\ny.png,n1\nz.png,n9\n'), false)
  const space = classSpaceOf(file, { list: undefined, folders: [], rows, isByIndex, words: new Map() })
  expect([space.names, rows.map(({ label }) => space.ofLabel(label))]).toEqual([
    ['n1', 'n9'],
    [1, 0, 1],
  ])
})
