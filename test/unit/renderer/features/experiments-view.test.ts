import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { trainDefaults } from '#shared/training/defaults.ts'
import { summaryOf, type ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { FoundExperiments } from '#shared/experiment/experiment-query.ts'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { archiveExperiments, retagExperiments } from '#renderer/features/experiments/experiment-changes.ts'
import { ExperimentsView } from '#renderer/features/experiments/experiments-view.svelte.ts'
import { completedRun, experimentRecord } from '#test/support/experiment-records.ts'
import { LaterAnswer, refusal } from '#test/support/scripted-api.ts'
import { openStudio } from '../support.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const record = (id: string, changes: Partial<ExperimentRecord> = {}): ExperimentRecord =>
  experimentRecord({ id, name: id, ...changes })

async function openView(records: readonly ExperimentRecord[], answers: Partial<CommandHandlers> = {}) {
  const items: ExperimentSummary[] = records.map(summaryOf)
  const opened = await openStudio({ 'experiments.list': async () => ({ items, total: items.length }), ...answers })
  return { ...opened, view: new ExperimentsView(opened.studio) }
}
const idsOf = (view: ExperimentsView): readonly string[] =>
  view.table.experiments.map(({ experiment }) => experiment.id)

test('what is out of sight is selected no longer, and is selected again when it shows', async () => {
  const { view } = await openView([record('a'), record('b', { isArchived: true })])
  view.state.select(['a', 'b'], true)
  expect([view.selectedIds, view.isEverythingSelected]).toEqual([['a'], true])
  view.state.change({ shelf: 'archived' })
  expect(view.selectedIds).toEqual(['b'])
})

test('only finished experiments with a package can be compared', async () => {
  const latestRun = completedRun({ correct: 9000 })
  const { view } = await openView([
    record('done', { status: 'completed', latestRun }),
    record('training', { status: 'completed', config: trainDefaults }),
    record('running', { status: 'running' }),
  ])
  view.state.select(['done', 'training', 'running'], true)
  expect(view.comparableIds).toEqual(['done'])
})

test('a range takes all rows between where it began and where it ends, and nothing else', async () => {
  const { view } = await openView(['a', 'b', 'c', 'd'].map((id) => record(id)))
  view.state.select(['a'], true)
  view.state.anchorKey = 'c'
  view.selectRangeTo('b')
  expect(view.selectedIds).toEqual(['b', 'c'])
  view.selectRangeTo('d')
  expect(view.selectedIds).toEqual(['c', 'd'])
})

test('what is shown leaves out the rows of folded groups', async () => {
  const { view } = await openView([record('a', { status: 'failed' }), record('b'), record('c')])
  expect(view.visibleIds).toEqual(['a', 'b', 'c'])
  view.state.change({ grouping: ['status'] })
  view.state.collapse(['status:draft'], true)
  expect(view.visibleIds).toEqual(['a'])
})

test('what was set up is found again by the next page', async () => {
  const { view, studio } = await openView([record('a'), record('b')])
  view.state.change({ sorting: [{ id: 'name', isDescending: true }] })
  view.state.select(['b'], true)
  const next = new ExperimentsView(studio)
  expect([idsOf(next), next.selectedIds]).toEqual([['b', 'a'], ['b']])
})

test('usual columns are as many as fit until somebody chooses', async () => {
  const { view } = await openView([record('a')])
  view.width = 700
  expect(view.shownColumns).toEqual(['name', 'status', 'accuracy', 'ratio'])
  view.state.change({ columns: ['name', 'tags'] })
  view.width = 1600
  expect(view.shownColumns).toEqual(['name', 'tags'])
  view.showUsualColumns()
  expect(view.shownColumns).toContain('dataset')
})

test('a filter is asked for once typing pauses, and an overtaken answer is dropped', async () => {
  const slow = new LaterAnswer<FoundExperiments>()
  const { view, api } = await openView([record('a'), record('b')], {
    'experiments.find': ({ filter }) =>
      filter?.type === 'compare' ? Promise.resolve({ ids: ['b'], total: 1 }) : slow.promise,
  })
  view.state.change({ filter: 'a' })
  const callOff = view.find()
  await vi.advanceTimersByTimeAsync(100)
  callOff()
  view.state.change({ filter: 'size < 100 KiB' })
  view.find()
  await vi.advanceTimersByTimeAsync(99)
  expect(api.inputsOf('experiments.find')).toEqual([{ filter: { type: 'words', text: 'a' }, isTrashed: false }])
  await vi.advanceTimersByTimeAsync(1)
  slow.give({ ids: ['a'], total: 1 })
  await vi.advanceTimersByTimeAsync(0)
  expect([idsOf(view), view.filterParts.map(({ text }) => text)]).toEqual([['b'], ['size < 100 KiB']])
  view.state.change({ filter: ' ' })
  view.find()
  expect(idsOf(view)).toHaveLength(2)
})

test('a filter that cannot be read says where it is wrong, and leaves what was found', async () => {
  const { view } = await openView([record('a'), record('b')], {
    'experiments.find': async () => ({ ids: ['b'], total: 1 }),
  })
  view.state.change({ filter: 'b' })
  view.find()
  await vi.advanceTimersByTimeAsync(100)
  view.state.change({ filter: 'b and sise < 3' })
  view.find()
  await vi.advanceTimersByTimeAsync(100)
  expect(view.filterProblem).toMatchObject({ start: 6, end: 10, suggestions: ['size'] })
  expect(idsOf(view)).toEqual(['b'])
})

test('a column of a configuration is filled from the store, and asked again only for what changed', async () => {
  const { view, api, studio } = await openView([record('a'), record('b')], {
    'experiments.values': async ({ ids }) => ({ seed: ids.map((id) => (id === 'a' ? 5 : null)) }),
  })
  view.state.change({ columns: ['name', 'seed'] })
  view.readValues()
  await vi.advanceTimersByTimeAsync(0)
  const seed = view.columns.find(({ id }) => id === 'seed')
  expect(view.all.map((row) => seed?.valueOf(row))).toEqual([5, undefined])
  studio.experiments.put(summaryOf(record('b', { updatedAt: '2031-01-01T00:00:00.000Z' })))
  await vi.advanceTimersByTimeAsync(0)
  view.readValues()
  await vi.advanceTimersByTimeAsync(0)
  expect(api.inputsOf('experiments.values').map(({ ids }) => ids)).toEqual([['a', 'b'], ['b']])
})

test('of several changes the first that is refused ends them', async () => {
  const { view, api, studio } = await openView([record('a'), record('b'), record('c')], {
    'experiments.update': async ({ id, isArchived }) => {
      if (id === 'b') throw refusal('conflict', 'b is running.')
      return summaryOf(record(id, { isArchived: isArchived ?? false, updatedAt: '2030-01-02T00:00:00.000Z' }))
    },
  })
  await view.update(['a', 'b', 'c'], { isArchived: true })
  expect(api.inputsOf('experiments.update').map(({ id }) => id)).toEqual(['a', 'b'])
  expect(studio.toasts.items).toMatchObject([{ detail: 'b is running.' }])
  expect(idsOf(view)).toEqual(['b', 'c'])
})

test('deleting moves to the trash, and one undo brings all of it back; a refusal keeps the selection', async () => {
  const refusals = [refusal('conflict', 'a is running.')]
  const { view, studio, api } = await openView([record('a'), record('b')], {
    'experiments.trash': async () => {
      const refused = refusals.shift()
      if (refused !== undefined) throw refused
    },
    'experiments.restore': async () => undefined,
  })
  view.state.select(['a', 'b'], true)
  await view.remove(['a', 'b'])
  expect(view.selectedIds).toHaveLength(2)
  await view.remove(['a', 'b'])
  expect(view.selectedIds).toEqual([])
  expect(studio.toasts.items.map(({ title }) => title)).toEqual([
    'Nothing was deleted',
    '2 experiments moved to the trash',
  ])
  await studio.undo.undoLast()
  await studio.undo.undoLast()
  expect(api.inputsOf('experiments.restore')).toEqual([{ ids: ['a', 'b'] }])
})

test('what lies in the trash is only deleted after a question', async () => {
  const { view, api } = await openView([], { 'experiments.delete-forever': async () => undefined })
  view.state.change({ shelf: 'trash' })
  await view.remove(['a'])
  expect([view.idsToDelete, api.inputsOf('experiments.delete-forever')]).toEqual([['a'], []])
  await view.deleteForever(['a'])
  expect(api.inputsOf('experiments.delete-forever')).toEqual([{ ids: ['a'] }])
})

test('archiving and tags can be undone, and only what changes is written', async () => {
  const { studio, api } = await openView([record('a', { tags: ['old'] }), record('b', { tags: ['old', 'new'] })], {
    'experiments.update': async ({ id, tags = [], isArchived = false }) => summaryOf(record(id, { tags, isArchived })),
  })
  await retagExperiments(studio, studio.experiments.list.value ?? [], ['new'], [])
  expect(api.inputsOf('experiments.update')).toEqual([{ id: 'a', tags: ['old', 'new'] }])
  await studio.undo.undoLast()
  await archiveExperiments(studio, ['b'], true)
  await studio.undo.undoLast()
  expect(api.inputsOf('experiments.update').slice(1)).toEqual([
    { id: 'a', tags: ['old'] },
    { id: 'b', isArchived: true },
    { id: 'b', isArchived: false },
  ])
})
