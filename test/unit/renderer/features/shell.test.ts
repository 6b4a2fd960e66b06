import { describe, expect, test } from 'vitest'
import { groupResults, searchPalette } from '#renderer/features/shell/palette-search.ts'
import { paletteEntries } from '#renderer/features/shell/palette-commands.ts'
import { guessFileKind } from '#renderer/state/file-kind.ts'

describe('the palette', () => {
  const world = {
    experiments: [{ id: 'e1', name: 'Wide', status: 'running' }],
    networks: [{ id: 'n1', name: 'ResNet-20' }],
    datasets: [],
    isQueueActive: true,
  }

  test('opens sections, experiments and networks', () => {
    const entries = paletteEntries(world)
    expect(entries.find(({ id }) => id === 'e1')).toMatchObject({
      group: 'Experiments',
      note: 'running',
      action: { type: 'open', route: { name: 'run', experimentId: 'e1' } },
    })
    expect(entries.find(({ title }) => title === 'Queue')?.note).toBe('g q')
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
  })

  test('says which way the queue would switch', () => {
    const titleOf = (isQueueActive: boolean) =>
      paletteEntries({ ...world, isQueueActive }).find(({ id }) => id === 'toggle-queue')?.title
    expect([titleOf(true), titleOf(false)]).toEqual(['Turn the queue off', 'Turn the queue on'])
  })
})

describe('a dropped file', () => {
  test.each([
    ['resnet20-12fca82f.th', 'network'],
    ['Model.SAFETENSORS', 'network'],
    ['cifar-10-binary.tar.gz', 'dataset'],
    ['data_batch_1.bin', 'dataset'],
    ['cifar-10-batches-bin', 'dataset'],
    ['notes.docx', undefined],
    ['pytorch_model.bin', 'network'],
    ['train.bin', 'dataset'],
  ])('%s is taken for %s', (name, kind) => expect(guessFileKind(name)).toBe(kind))
})

describe('searching the palette', () => {
  const entries = paletteEntries({
    experiments: [
      { id: 'e1', name: 'ResNet-20, hidden 160', status: 'completed' },
      { id: 'e2', name: 'Queue-like name', status: 'draft' },
    ],
    networks: [],
    datasets: [],
    isQueueActive: true,
  })

  test('puts a title that starts with the text first, then one with a word that does', () => {
    expect(searchPalette(entries, 'queue').map(({ title }) => title)).toEqual([
      'Queue',
      'Queue-like name',
      'Turn the queue off',
    ])
  })

  test('finds by keywords, and nothing where a word is missing', () => {
    expect(searchPalette(entries, 'theme').map(({ id }) => id)).toEqual(['toggle-theme'])
    expect(searchPalette(entries, '160 hidden').map(({ id }) => id)).toEqual(['e1'])
    expect(searchPalette(entries, 'hidden 170')).toEqual([])
  })

  test('numbers the results through their groups', () => {
    const groups = groupResults(searchPalette(entries, 'queue'))
    expect(groups.map(({ group }) => group)).toEqual(['Go to', 'Experiments', 'Actions'])
    expect(groups.flatMap(({ rows }) => rows.map(({ position }) => position))).toEqual([0, 1, 2])
  })
})
