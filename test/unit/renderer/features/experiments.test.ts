import { describe, expect, test } from 'vitest'
import { planOf, summaryOf } from '#shared/experiment/experiment-summary.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { experimentRows, filterRows, sortRows, type RowFilter } from '#renderer/features/experiments/experiment-rows.ts'
import { columnsFor } from '#renderer/features/experiments/columns.ts'
import { virtualWindow } from '#renderer/features/experiments/virtual-window.ts'
import { planText } from '#renderer/families/table.ts'
import { actionsFor } from '#renderer/features/queue/experiment-actions.ts'
import { droppedPosition } from '#renderer/features/queue/queue-moves.ts'
import { datasetRecord, networkRecord } from '../../../support/records.ts'
import { experimentRecord, completedRun } from '../../../support/experiment-records.ts'

const everything: RowFilter = { status: 'all', showsArchived: false, isStarredOnly: false }
const rowsOf = (experiments: readonly ExperimentRecord[]) =>
  experimentRows(experiments.map(summaryOf), [networkRecord()], [datasetRecord()])
const idsOf = (rows: ReturnType<typeof rowsOf>) => rows.map(({ experiment }) => experiment.id)

describe('rows of experiments', () => {
  test('carry names, hidden size and the outcome on the test split', () => {
    const [row] = rowsOf([
      experimentRecord({ id: 'a', status: 'completed', latestRun: completedRun({ correct: 9000 }) }),
    ])
    expect(row).toMatchObject({ networkName: 'ResNet-20', datasetName: 'CIFAR-10', hiddenSize: 160 })
    expect(row?.outcome.accuracy).toBe(0.9)
    expect(row?.outcome.difference).toBeCloseTo(-0.0173, 10)
  })

  test('can be only those the store found', () => {
    const rows = rowsOf([experimentRecord({ id: 'a' }), experimentRecord({ id: 'b' })])
    expect(idsOf(filterRows(rows, everything, new Set(['b', 'gone'])))).toEqual(['b'])
  })

  test('hide archived ones unless asked for, and can show one status or starred ones', () => {
    const rows = rowsOf([
      experimentRecord({ id: 'a', isStarred: true }),
      experimentRecord({ id: 'b', isArchived: true }),
      experimentRecord({ id: 'c', status: 'failed' }),
    ])
    expect(idsOf(filterRows(rows, everything))).toEqual(['a', 'c'])
    expect(idsOf(filterRows(rows, { ...everything, showsArchived: true }))).toEqual(['b'])
    expect(idsOf(filterRows(rows, { ...everything, isStarredOnly: true }))).toEqual(['a'])
    expect(idsOf(filterRows(rows, { ...everything, status: 'failed' }))).toEqual(['c'])
  })

  test('sort by a number with the missing last in both directions', () => {
    const rows = rowsOf([
      experimentRecord({ id: 'none' }),
      experimentRecord({ id: 'low', latestRun: completedRun({ correct: 8000 }) }),
      experimentRecord({ id: 'high', latestRun: completedRun({ correct: 9100 }) }),
    ])
    expect(idsOf(sortRows(rows, { key: 'accuracy', isDescending: true }))).toEqual(['high', 'low', 'none'])
    expect(idsOf(sortRows(rows, { key: 'accuracy', isDescending: false }))).toEqual(['low', 'high', 'none'])
  })

  test('sort names as people count, equal ones by newest first', () => {
    const rows = rowsOf([
      experimentRecord({ id: 'a', name: 'hidden 100' }),
      experimentRecord({ id: 'b', name: 'hidden 20', createdAt: '2030-01-01T00:00:00Z' }),
      experimentRecord({ id: 'c', name: 'hidden 20', createdAt: '2030-01-02T00:00:00Z' }),
    ])
    expect(idsOf(sortRows(rows, { key: 'name', isDescending: false }))).toEqual(['c', 'b', 'a'])
  })

  test('of a training show what is trained', () => {
    const [row] = rowsOf([
      experimentRecord({
        config: { ...trainDefaults, architecture: 'resnet56-cifar-a' },
      }),
    ])
    expect([row?.networkName, row?.hiddenSize]).toEqual(['ResNet-56 (CIFAR, option A)', undefined])
  })
})

describe('the virtual window', () => {
  test('draws what is in sight and stands for the rest by height', () => {
    const window = virtualWindow(10_000, 600, 40, 10_000, 5)
    expect(window).toEqual({ start: 245, end: 270, above: 9800, below: (10_000 - 270) * 40 })
  })

  test('covers every row of a short list, and the end of a long one', () => {
    expect(virtualWindow(0, 600, 40, 3)).toEqual({ start: 0, end: 3, above: 0, below: 0 })
    expect(virtualWindow(9e9, 600, 40, 1000, 5)).toMatchObject({ start: 975, end: 1000, below: 0 })
  })
})

describe('the queue', () => {
  test('says what an experiment will do, without the phases it skips', () => {
    const config = {
      ...fastConfig,
      reconstruction: { ...fastConfig.reconstruction, steps: 10_000 },
      distillation: { ...fastConfig.distillation, steps: 300 },
    }
    const isSkipped = { ...config.distillation, steps: 0 }
    expect([
      planText(planOf(config)),
      planText(planOf({ ...config, distillation: isSkipped })),
      planText(planOf({ ...config, distillation: isSkipped, reconstruction: { ...config.reconstruction, steps: 0 } })),
      planText(planOf({ ...trainDefaults, epochs: 40 })),
    ]).toEqual([
      'hidden size 160, 10,000 reconstruction and 300 distillation steps',
      'hidden size 160, 10,000 reconstruction steps',
      'hidden size 160, no steps',
      'ResNet-20 (CIFAR, option B), 40 epochs',
    ])
  })

  test('offers what a person may do, never what the queue does itself', () => {
    expect(actionsFor('running').map(({ name }) => name)).toEqual(['pause', 'cancel'])
    expect(actionsFor('failed').map(({ name }) => name)).toEqual(['retry'])
    expect(actionsFor('completed')).toEqual([])
    // One that cannot be read cannot be run.
    expect(actionsFor('paused', false).map(({ name }) => name)).toEqual(['cancel'])
    expect(actionsFor('failed', false)).toEqual([])
  })

  test('drops onto the position of the row below the pointer', () => {
    expect([droppedPosition(0, 2, 3), droppedPosition(2, 0, 3)]).toEqual([3, 1])
    expect([droppedPosition(1, 1, 3), droppedPosition(0, 3, 3)]).toEqual([undefined, undefined])
  })
})

test('a narrow table leaves out columns, never the name or the accuracy', () => {
  expect(columnsFor(700).map(({ key }) => key)).toEqual(['name', 'status', 'accuracy', 'difference', 'ratio'])
  for (const width of [700, 1014, 1280, 1650]) {
    const fixed = columnsFor(width).reduce((sum, column) => sum + (column.width ?? 0), 68)
    expect(width - fixed).toBeGreaterThanOrEqual(200)
  }
})
