import { expect, test } from 'vitest'
import { RowSlots } from '#renderer/features/experiments/row-slots.ts'
import type { TableRow } from '#renderer/features/experiments/table-model.ts'
import { experimentRecord } from '../../../support/experiment-records.ts'
import { datasetRecord, networkRecord } from '../../../support/records.ts'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import { experimentRows } from '#renderer/features/experiments/experiment-rows.ts'

const rows: readonly TableRow[] = experimentRows(
  Array.from({ length: 20 }, (_, index) => summaryOf(experimentRecord({ id: `e${index}` }))),
  [networkRecord()],
  [datasetRecord()],
).map((row) => ({ type: 'experiment', key: row.experiment.id, row, depth: 0 }))

const slice = (start: number, end: number): readonly TableRow[] => rows.slice(start, end)

test('a scroll by two rows changes two elements, and leaves the others as the objects they were', () => {
  const slots = new RowSlots()
  const before = slots.fill(4, slice(4, 10))
  const after = slots.fill(6, slice(6, 12))
  expect(after.filter((slot, place) => slot !== before[place]).map(({ index }) => index)).toEqual([10, 11])
  expect(after.map(({ index, row }) => row === rows[index])).not.toContain(false)
  expect(after.map(({ slot }) => slot)).toEqual([0, 1, 2, 3, 4, 5])
})

test('at the top elements stand in the order of the rows, whatever the number of rows', () => {
  const slots = new RowSlots()
  expect(slots.fill(0, slice(0, 6)).map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5])
  expect(slots.fill(0, slice(0, 3)).map(({ index }) => index)).toEqual([0, 1, 2])
  expect(slots.fill(0, [])).toEqual([])
})

test('a row that is another object, as after a change, is shown anew in its element', () => {
  const slots = new RowSlots()
  const before = slots.fill(0, slice(0, 3))
  const [first, second, third] = slice(0, 3)
  if (first === undefined || second === undefined || third === undefined) throw new Error('There are three rows.')
  const after = slots.fill(0, [first, { ...second }, third])
  expect(after.map((slot, place) => slot === before[place])).toEqual([true, false, true])
})
