import { describe, expect, test } from 'vitest'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { initialLayout, type TableLayout } from '#renderer/state/experiments-table.svelte.ts'
import { ownColumns } from '#renderer/features/experiments/columns.ts'
import { experimentRows } from '#renderer/features/experiments/experiment-rows.ts'
import { TableModel, type TableInput } from '#renderer/features/experiments/table-model.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'
import { completedRun, experimentRecord } from '#test/support/experiment-records.ts'

const rowsOf = (records: readonly Partial<ExperimentRecord>[]) =>
  experimentRows(
    records.map((changes) =>
      summaryOf(experimentRecord({ ...(changes.id === undefined ? {} : { name: changes.id }), ...changes })),
    ),
    [networkRecord()],
    [datasetRecord()],
  )

function inputOf(records: readonly Partial<ExperimentRecord>[], layout: Partial<TableLayout> = {}): TableInput {
  return {
    rows: rowsOf(records),
    columns: ownColumns,
    layout: { ...initialLayout, columns: ['name', 'accuracy'], ...layout },
    passes: () => true,
    collapsed: new Set(),
  }
}

const viewOf = (records: readonly Partial<ExperimentRecord>[], layout: Partial<TableLayout> = {}) =>
  new TableModel().view(inputOf(records, layout))
const idsOf = (view: ReturnType<TableModel['view']>) => view.experiments.map(({ experiment }) => experiment.id)

const by = (id: string, isDescending = false) => ({ sorting: [{ id, isDescending }] })
const accurate = (id: string, correct: number, changes: Partial<ExperimentRecord> = {}) => ({
  id,
  status: 'completed' as const,
  latestRun: completedRun({ correct, experimentId: id }),
  ...changes,
})

describe('sorting', () => {
  test('puts what has no value last in both directions', () => {
    const records = [{ id: 'none' }, accurate('low', 8000), accurate('high', 9100)]
    expect(idsOf(viewOf(records, by('accuracy', true)))).toEqual(['high', 'low', 'none'])
    expect(idsOf(viewOf(records, by('accuracy')))).toEqual(['low', 'high', 'none'])
  })

  test('counts in names as people do, and puts equal ones newest first', () => {
    const records = [
      { id: 'a', name: 'hidden 100' },
      { id: 'b', name: 'hidden 20', createdAt: '2030-01-01T00:00:00Z' },
      { id: 'c', name: 'hidden 20', createdAt: '2030-01-02T00:00:00Z' },
    ]
    expect(idsOf(viewOf(records, by('name')))).toEqual(['c', 'b', 'a'])
  })

  test('goes by several columns, each in its direction', () => {
    const records = [accurate('a', 9000), { id: 'draft' }, accurate('b', 9100), { id: 'first' }]
    const sorting = [
      { id: 'status', isDescending: true },
      { id: 'name', isDescending: false },
    ]
    expect(idsOf(viewOf(records, { sorting }))).toEqual(['draft', 'first', 'a', 'b'])
  })

  test('goes by what a column says now, and not by what it said before', () => {
    const model = new TableModel()
    const input = inputOf([accurate('low', 8000), accurate('high', 9100)], by('accuracy'))
    expect(idsOf(model.view(input))).toEqual(['low', 'high'])
    const columns = ownColumns.map((column) =>
      column.id === 'accuracy'
        ? { ...column, valueOf: ({ experiment }: TableInput['rows'][number]) => Number(experiment.id === 'low') }
        : column,
    )
    expect(idsOf(model.view({ ...input, columns }))).toEqual(['high', 'low'])
  })
})

test('only what passes is shown, also when that changes', () => {
  const model = new TableModel()
  const input = inputOf([{ id: 'a' }, { id: 'b' }], by('name'))
  expect(idsOf(model.view(input))).toEqual(['a', 'b'])
  expect(idsOf(model.view({ ...input, passes: ({ experiment }) => experiment.id === 'b' }))).toEqual(['b'])
  expect(idsOf(model.view(input))).toEqual(['a', 'b'])
})

describe('groups', () => {
  const records = [accurate('a', 9000), { id: 'draft' }, accurate('b', 9200)]
  const layout = { grouping: ['status'], ...by('name') }

  test('stand above their rows with mean, deviation and number of values', () => {
    const view = viewOf(records, layout)
    const rows = view.slice(0, view.rowCount)
    expect(rows.map((row) => [row.type, row.key, row.depth])).toEqual([
      ['group', 'status:completed', 0],
      ['experiment', 'a', 1],
      ['experiment', 'b', 1],
      ['group', 'status:draft', 0],
      ['experiment', 'draft', 1],
    ])
    const [completed, , , draft] = rows
    if (completed?.type !== 'group' || draft?.type !== 'group') throw new Error('no groups')
    expect(completed.ids).toEqual(['a', 'b'])
    // (0.90 + 0.92) / 2 and |0.92 - 0.90| / sqrt(2).
    expect(completed.statisticsOf('accuracy')?.mean).toBeCloseTo(0.91, 12)
    expect(completed.statisticsOf('accuracy')?.standardDeviation).toBeCloseTo(0.02 / Math.SQRT2, 12)
    expect([completed.statisticsOf('accuracy')?.count, draft.statisticsOf('accuracy')]).toEqual([2, undefined])
    expect(completed.statisticsOf('name')).toBeUndefined()
  })

  test('hide their rows when they are collapsed, but count them as shown', () => {
    const view = new TableModel().view({ ...inputOf(records, layout), collapsed: new Set(['status:completed']) })
    expect(view.slice(0, 9).map(({ key }) => key)).toEqual(['status:completed', 'status:draft', 'draft'])
    expect(idsOf(view)).toEqual(['a', 'b', 'draft'])
    expect([view.indexOf('draft'), view.indexOf('a'), view.indexOf(undefined)]).toEqual([2, undefined, undefined])
  })

  test('are sorted by the mean of their rows', () => {
    const sets = [accurate('a', 9000), accurate('b', 9300, { status: 'failed' }), accurate('c', 9200)]
    const view = viewOf(sets, { grouping: ['status'], ...by('accuracy', true) })
    expect(view.slice(0, 9).map(({ key }) => key)).toEqual(['status:failed', 'b', 'status:completed', 'c', 'a'])
  })

  test('are of days where a column is a time', () => {
    const days = [
      { id: 'a', createdAt: '2030-01-01T10:00:00Z' },
      { id: 'b', createdAt: '2030-01-01T12:00:00Z' },
    ]
    const view = viewOf(days, { grouping: ['created'] })
    expect(view.slice(0, 9).map(({ key }) => key)).toEqual(['created:2030-01-01', 'b', 'a'])
  })
})

test('columns stand in their order, the pinned ones first, in the widths they were given', () => {
  const view = viewOf([], { columns: ['accuracy', 'gone', 'name', 'size'], pinned: ['size'], widths: { name: 333 } })
  expect(view.columns.map(({ column, width, isPinned }) => [column.id, width, isPinned])).toEqual([
    ['size', 92, true],
    ['accuracy', 108, false],
    ['name', 333, false],
  ])
})
