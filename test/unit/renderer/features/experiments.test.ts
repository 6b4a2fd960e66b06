import { describe, expect, test } from 'vitest'
import { planOf, summaryOf } from '#shared/experiment/experiment-summary.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { fittedColumns } from '#renderer/features/experiments/column-widths.ts'
import { ownColumns, usualColumns } from '#renderer/features/experiments/columns.ts'
import { experimentRows, isOnShelf } from '#renderer/features/experiments/experiment-rows.ts'
import type { Shelf } from '#renderer/state/experiments-table.svelte.ts'
import { virtualWindow } from '#renderer/features/experiments/virtual-window.ts'
import { planText } from '#renderer/families/table.ts'
import { actionsFor } from '#renderer/features/queue/experiment-actions.ts'
import { droppedPosition, positionByKey } from '#renderer/features/queue/queue-moves.ts'
import { datasetRecord, networkRecord } from '../../../support/records.ts'
import { experimentRecord, completedRun } from '../../../support/experiment-records.ts'

const rowsOf = (experiments: readonly ExperimentRecord[]) =>
  experimentRows(experiments.map(summaryOf), [networkRecord()], [datasetRecord()])
const idsOf = (rows: ReturnType<typeof rowsOf>): readonly string[] => rows.map(({ experiment }) => experiment.id)

describe('rows of experiments', () => {
  test('carry names, hidden size and the outcome on the test split', () => {
    const [row] = rowsOf([
      experimentRecord({ id: 'a', status: 'completed', latestRun: completedRun({ correct: 9000 }) }),
    ])
    expect(row).toMatchObject({ networkName: 'ResNet-20', datasetName: 'CIFAR-10', hiddenSize: 160 })
    expect(row?.outcome.accuracy).toBe(0.9)
    expect(row?.outcome.difference).toBeCloseTo(-0.0173, 10)
  })

  test('lie on one shelf: archived ones apart', () => {
    const rows = rowsOf([experimentRecord({ id: 'a' }), experimentRecord({ id: 'b', isArchived: true })])
    const on = (shelf: Shelf) => idsOf(rows.filter((row) => isOnShelf(row, shelf)))
    expect([on('current'), on('archived'), on('trash')]).toEqual([['a'], ['b'], ['a', 'b']])
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
  test('draws what is in sight', () => {
    expect(virtualWindow(10_000, 600, 40, 10_000, 5)).toEqual({ start: 245, end: 270 })
  })

  test('covers every row of a short list, and the end of a long one', () => {
    expect(virtualWindow(0, 600, 40, 3)).toEqual({ start: 0, end: 3 })
    expect(virtualWindow(9e9, 600, 40, 1000, 5)).toEqual({ start: 975, end: 1000 })
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

  test('a key with Alt moves a waiting experiment by one or to an end', () => {
    const keys = ['ArrowUp', 'ArrowDown', 'Home', 'End', 'a']
    expect(keys.map((key) => positionByKey(key, 1, 4))).toEqual([1, 3, 1, 4, undefined])
    expect(keys.map((key) => positionByKey(key, 0, 1))).toEqual(keys.map(() => undefined))
  })
})

test('a table has the usual columns that it has room for: size and ratio at 1280 pixels of window', () => {
  expect(usualColumns(700)).toEqual(['name', 'status', 'accuracy', 'ratio'])
  expect(usualColumns(1014)).toEqual(expect.arrayContaining(['name', 'size', 'ratio']))
  for (const width of [700, 1014, 1280, 1656]) {
    const placed = ownColumns
      .filter(({ id }) => usualColumns(width).includes(id))
      .map((column) => ({ column, width: column.width, isPinned: false }))
    const { columns, total } = fittedColumns(placed, {}, width)
    expect([total, (columns[0]?.width ?? 0) >= 190]).toEqual([width, true])
  }
})

test('columns keep the width somebody gave them, and pinned ones stand one beside the other', () => {
  const placed = ownColumns.slice(0, 3).map((column, index) => ({ column, width: 100, isPinned: index < 2 }))
  expect(fittedColumns(placed, { name: 100 }, 1000)).toMatchObject({
    columns: [{ left: 92 }, { left: 192 }, { isPinned: false }],
    rest: 608,
    total: 1000,
  })
  expect(fittedColumns(placed, {}, 300)).toMatchObject({ rest: 0, total: 392 })
})
