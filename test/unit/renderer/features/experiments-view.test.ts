import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { trainDefaults } from '#shared/training/defaults.ts'
import { summaryOf, type ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { FoundExperiments } from '#shared/experiment/experiment-query.ts'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
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

test('what a filter hides is selected no longer, and is selected again when it shows', async () => {
  const { view } = await openView([record('a', { isStarred: true }), record('b')])
  view.state.select(['a', 'b'], true)
  expect([view.selectedIds.length, view.isEverythingSelected]).toEqual([2, true])
  view.state.change({ shelf: 'starred' })
  expect([view.selectedIds, view.isEverythingSelected]).toEqual([['a'], true])
  view.state.change({ shelf: 'current' })
  expect(view.selectedIds).toHaveLength(2)
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

test('words are looked for once typing pauses, and an overtaken answer is dropped', async () => {
  const slow = new LaterAnswer<FoundExperiments>()
  const { view, api } = await openView([record('a'), record('b')], {
    'experiments.find': ({ filter }) =>
      filter?.type === 'words' && filter.text === 'ab' ? Promise.resolve({ ids: ['b'], total: 1 }) : slow.promise,
  })
  const callOff = view.find('a')
  await vi.advanceTimersByTimeAsync(100)
  callOff()
  view.find('ab')
  await vi.advanceTimersByTimeAsync(99)
  expect(api.inputsOf('experiments.find')).toEqual([{ filter: { type: 'words', text: 'a' } }])
  await vi.advanceTimersByTimeAsync(1)
  slow.give({ ids: ['a'], total: 1 })
  await vi.advanceTimersByTimeAsync(0)
  expect(idsOf(view)).toEqual(['b'])
  view.find(' ')
  expect(idsOf(view)).toHaveLength(2)
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

test('deleting tells how many and clears the selection; a refusal keeps it', async () => {
  const refusals = [refusal('conflict', 'a is running.')]
  const { view, studio } = await openView([record('a'), record('b')], {
    'experiments.trash': async () => {
      const refused = refusals.shift()
      if (refused !== undefined) throw refused
    },
  })
  view.state.select(['a', 'b'], true)
  await view.remove(['a', 'b'])
  expect(view.selectedIds).toHaveLength(2)
  await view.remove(['a', 'b'])
  expect(view.selectedIds).toEqual([])
  expect(studio.toasts.items.map(({ title }) => title)).toEqual(['Nothing was deleted', '2 experiments deleted'])
})
