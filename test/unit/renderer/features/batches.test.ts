import { describe, expect, it } from 'vitest'
import { batchActions, comparedMembers } from '#renderer/features/batches/batch-actions.ts'
import { commonSubject, memberRows, nextOrder, sortedRows } from '#renderer/features/batches/member-rows.ts'
import { sweepSummary } from '#renderer/features/sweep/sweep-summary.ts'
import { batchProgress, bestMember, countsText } from '#shared/experiment/batch-progress.ts'
import { summaryOf, type ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentStatus } from '#shared/experiment/status-machine.ts'
import { experimentRecord } from '#test/support/experiment-records.ts'

function member(id: string, status: ExperimentStatus, changes: Partial<ExperimentSummary> = {}): ExperimentSummary {
  return { ...summaryOf(experimentRecord({ id, name: id, status })), ...changes }
}

const members = [
  member('a', 'completed', { outcome: { accuracy: 0.9, totalBytes: 200, ratio: 4 } }),
  member('b', 'completed', { outcome: { accuracy: 0.9, totalBytes: 100, ratio: 8 } }),
  member('c', 'failed'),
  member('d', 'running', {
    latestRun: { id: 'run-d', attempt: 1, status: 'running', step: 5, totalSteps: 10, progress: 0.5 },
  }),
]

describe('the progress of a batch', () => {
  it('counts what has ended, and running ones by how far they are', () => {
    const progress = batchProgress(members)
    expect(progress).toMatchObject({ total: 4, ended: 3, share: 3.5 / 4 })
    expect(countsText(progress)).toBe('1 running, 2 completed, 1 failed')
    expect(batchProgress([])).toMatchObject({ total: 0, ended: 0, share: 0 })
    expect(countsText(batchProgress([]))).toBe('empty')
  })

  it('names the most accurate, of equally accurate ones the smallest', () => {
    expect(bestMember(members)?.id).toBe('b')
    expect(bestMember([member('x', 'completed'), member('y', 'running', { outcome: { accuracy: 1 } })])).toBeUndefined()
  })
})

describe('the actions on a batch', () => {
  it('are those that would change something', () => {
    const can = (...statuses: ExperimentStatus[]) =>
      batchActions(batchProgress(statuses.map((status, index) => member(String(index), status))))
    expect(can('running', 'failed', 'cancelled')).toEqual({
      canPause: true,
      canResume: false,
      canCancel: true,
      retried: 'failed',
    })
    expect(can('paused', 'cancelled')).toEqual({
      canPause: false,
      canResume: true,
      canCancel: true,
      retried: 'cancelled',
    })
    expect(can('completed')).toEqual({ canPause: false, canResume: false, canCancel: false, retried: undefined })
  })

  it('compare the completed, the most accurate first and no more than fit', () => {
    const many = Array.from({ length: 30 }, (_, index) =>
      member(`m${index}`, 'completed', { outcome: { accuracy: index / 100 } }),
    )
    expect(comparedMembers(many).slice(0, 2)).toEqual(['m29', 'm28'])
    expect(comparedMembers(many).length).toBe(20)
    expect(comparedMembers([member('x', 'failed')])).toEqual([])
  })
})

describe('the table of its experiments', () => {
  const table = {
    rows: [
      { experimentId: 'a', values: ['160', ''] },
      { experimentId: 'gone', values: ['1', ''] },
      { experimentId: 'b', values: ['96', 'int8'] },
      { experimentId: 'c', values: ['200', 'int4'] },
    ],
  }
  const rows = memberRows(table, members)
  const ids = (order: Parameters<typeof sortedRows>[1]) =>
    sortedRows(rows, order).map(({ experiment }) => experiment.id)

  it('is in the order of the plan, without what is gone', () => {
    expect(ids(undefined)).toEqual(['a', 'b', 'c'])
  })

  it('leaves out of the names what they all begin with', () => {
    const named = (...names: string[]) =>
      memberRows(
        { rows: names.map((name) => ({ experimentId: name, values: [] })) },
        names.map((name) => member(name, 'draft')),
      )
    expect(commonSubject(named('ResNet: size 1', 'ResNet: size 2'))).toBe('ResNet: ')
    expect(commonSubject(named('ResNet: size 1', 'VGG: size 2'))).toBe('')
    expect(commonSubject(named('size 1', 'size 2'))).toBe('')
    expect(commonSubject([])).toBe('')
  })

  it('is sorted by numbers as numbers, what has no value last', () => {
    expect(ids({ key: 0, isDescending: false })).toEqual(['b', 'a', 'c'])
    expect(ids({ key: 0, isDescending: true })).toEqual(['c', 'a', 'b'])
    expect(ids({ key: 1, isDescending: false })).toEqual(['c', 'b', 'a'])
    expect(ids({ key: 'ratio', isDescending: true })).toEqual(['b', 'a', 'c'])
    expect(ids({ key: 'status', isDescending: false })).toEqual(['a', 'b', 'c'])
  })

  it('begins with the best on top, then turns round, then is as planned', () => {
    const first = nextOrder(undefined, 'accuracy')
    const second = nextOrder(first, 'accuracy')
    expect([first?.isDescending, second?.isDescending, nextOrder(second, 'accuracy')]).toEqual([true, false, undefined])
    expect(nextOrder(first, 'totalBytes')).toEqual({ key: 'totalBytes', isDescending: false })
  })
})

it('a sweep is summed up in one line', () => {
  const bytes = { least: 41_000, most: 103_000, runs: 20 }
  expect(sweepSummary({ runs: 20, duplicates: 0, bytes, seconds: { total: 7200, runs: 20 } }, 2)).toBe(
    '10 variants × 2 seeds = 20 runs · 40.04 KiB to 101 KiB · about 2 h',
  )
  expect(sweepSummary({ runs: 1, duplicates: 0 }, 1)).toBe(
    '1 variant × 1 seed = 1 run · sizes only the runs can tell · time not known yet',
  )
  expect(
    sweepSummary(
      { runs: 3, duplicates: 1, bytes: { ...bytes, most: 41_000, runs: 2 }, seconds: { total: 60, runs: 1 } },
      2,
    ),
  ).toBe('2 variants × 2 seeds = 4 runs · 40.04 KiB for 2 runs · about 1 min for 1 run, of the others not known yet')
})
