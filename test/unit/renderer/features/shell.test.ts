import { describe, expect, test } from 'vitest'
import { actionIds, actionOf, windowActions } from '#shared/protocol/window-actions.ts'
import { groupResults, searchPalette } from '#renderer/features/shell/palette-search.ts'
import { paletteEntries } from '#renderer/features/shell/palette-commands.ts'
import { possibleActions, runnerOf } from '#renderer/features/shell/window-actions.ts'
import { guessFileKind } from '#renderer/state/file-kind.ts'
import { keyCaps, shortcutHelp } from '#renderer/state/shortcuts.ts'
import { openStudio } from '../support.ts'

const world = {
  actions: actionIds,
  experiments: [{ id: 'e1', name: 'Wide', status: 'running' }],
  networks: [{ id: 'n1', name: 'ResNet-20' }],
  datasets: [],
  recentFiles: [{ token: 't1', fileName: 'a.pth' }],
  isMac: false,
}

describe('the palette', () => {
  test('has every action that is possible, experiments, networks and recent files', () => {
    const entries = paletteEntries(world)
    expect(entries.find(({ id }) => id === 'e1')).toMatchObject({
      group: 'Experiments',
      note: 'running',
      target: { type: 'open', route: { name: 'run', experimentId: 'e1' } },
    })
    expect(entries.find(({ title }) => title === 'a.pth')?.target).toEqual({ type: 'file', file: world.recentFiles[0] })
    expect(entries.find(({ title }) => title === 'Queue')?.note).toBe('Ctrl 5')
    expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length)
    expect(actionIds.filter((id) => !entries.some((entry) => entry.id === id))).toEqual(['palette'])
  })

  test('begins with what can be done with the thing in view', () => {
    const [first] = paletteEntries({ ...world, actions: ['open-home', 'queue-on', 'export'] })
    expect(first).toMatchObject({ group: 'What is shown', title: 'Export' })
  })
})

describe('the actions of the window', () => {
  test('are those of the window itself, and what the page in view offers', async () => {
    const { studio } = await openStudio()
    expect(possibleActions(studio)).not.toContain('export')
    const done: string[] = []
    const end = studio.pageActions.offer({ export: () => done.push('export') })
    expect(possibleActions(studio)).toContain('export')
    runnerOf(studio, 'export')?.()
    end()
    expect([done, runnerOf(studio, 'export')]).toEqual([['export'], undefined])
  })

  test('follow what is so: a queue that is on can be turned off, and there is a way back only where one was left', async () => {
    const { studio } = await openStudio()
    const now = () => possibleActions(studio).filter((id) => ['queue-on', 'queue-off', 'back'].includes(id))
    expect(now()).toEqual(['queue-off'])
    studio.router.open({ name: 'queue' })
    expect(now()).toEqual(['back', 'queue-off'])
  })

  test('that belong to no experiment are all done by the window', async () => {
    const { studio } = await openStudio({ 'files.recent': async () => [{ token: 't', fileName: 'a.pth' }] })
    studio.router.open({ name: 'queue' })
    studio.router.open({ name: 'home' })
    studio.router.back()
    studio.undo.offer('Deleted', async () => {})
    const possible = possibleActions(studio)
    const missing = windowActions.filter(({ id, menu }) => menu !== 'experiment' && !possible.includes(id))
    expect(missing.map(({ id }) => id)).toEqual(['queue-on'])
  })
})

test.each([false, true])('the cheat sheet has every action with keys, all of them, on a Mac: %s', (isMac) => {
  const rows = shortcutHelp(isMac).flatMap((group) => group.rows)
  const keyed = actionIds.map(actionOf).filter((action) => keyCaps(action, isMac).length > 0)
  expect(keyed.length).toBeGreaterThan(15)
  expect(keyed.filter(({ title }) => !rows.some((row) => row.title === title))).toEqual([])
  expect(rows.find(({ title }) => title === 'Home')?.ways).toEqual([
    [isMac ? '⌘' : 'Ctrl', '1'],
    ['g', 'h'],
  ])
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
    ...world,
    experiments: [
      { id: 'e1', name: 'ResNet-20, hidden 160', status: 'completed' },
      { id: 'e2', name: 'Queue-like name', status: 'draft' },
    ],
    networks: [],
  })

  test('puts a title that starts with the text first, then one with a word that does', () => {
    expect(searchPalette(entries, 'queue').map(({ title }) => title)).toEqual([
      'Queue',
      'Queue-like name',
      'Add to the queue',
      'Turn the queue on',
      'Turn the queue off',
    ])
  })

  test('finds by keywords, and nothing where a word is missing', () => {
    expect(searchPalette(entries, 'night').map(({ id }) => id)).toEqual(['theme-dark'])
    expect(searchPalette(entries, '160 hidden').map(({ id }) => id)).toEqual(['e1'])
    expect(searchPalette(entries, 'hidden 170')).toEqual([])
  })

  test('numbers the results through their groups', () => {
    const groups = groupResults(searchPalette(entries, 'queue'))
    expect(groups.map(({ group }) => group)).toEqual(['Go to', 'Experiments', 'What is shown', 'Actions'])
    expect(groups.flatMap(({ rows }) => rows.map(({ position }) => position))).toEqual([0, 1, 2, 3, 4])
  })
})
