import { expect, test } from 'vitest'
import { RowOrder, TextRanks, type OrderKey } from '#renderer/features/experiments/row-order.ts'

interface Row {
  readonly name: string
  readonly value?: number
}

const byName: OrderKey<Row> = { id: 'name', isDescending: false, valueOf: ({ name }) => name }
const byValue: OrderKey<Row> = { id: 'value', isDescending: false, valueOf: ({ value }) => value }
const falling = (key: OrderKey<Row>): OrderKey<Row> => ({ ...key, isDescending: true })
const namesBy = (rows: readonly Row[], ...keys: readonly OrderKey<Row>[]): readonly string[] =>
  new RowOrder(keys, new TextRanks()).of(rows).map(({ name }) => name)

test('what has no value, or is no number, comes last in both directions, in the order it came in', () => {
  const rows = [
    { name: 'none' },
    { name: 'large', value: 2 },
    { name: 'lost', value: NaN },
    { name: 'small', value: -1 },
  ]
  expect(namesBy(rows, byValue)).toEqual(['small', 'large', 'none', 'lost'])
  expect(namesBy(rows, falling(byValue))).toEqual(['large', 'small', 'none', 'lost'])
})

test('names that a reader does not tell apart are equal, and the next key decides', () => {
  const rows = [
    { name: 'run 2', value: 1 },
    { name: 'run 10', value: 5 },
    { name: 'run 02', value: 3 },
  ]
  expect(namesBy(rows, byName, falling(byValue))).toEqual(['run 02', 'run 2', 'run 10'])
})

test('the places of names are found again when a name is new, and kept while none is', () => {
  const ranks = new TextRanks()
  const first = ranks.of('name', new Set(['b', 'd']))
  expect(ranks.of('name', new Set(['d']))).toBe(first)
  expect(ranks.of('other', new Set(['d']))).not.toBe(first)
  expect([...ranks.of('name', new Set(['c', 'b', 'd']))]).toEqual([
    ['b', 0],
    ['c', 1],
    ['d', 2],
  ])
})

test('rows that were sorted once are not sorted again', () => {
  const rows = [{ name: 'b' }, { name: 'a' }]
  const order = new RowOrder([byName], new TextRanks())
  expect(order.of(rows)).toBe(order.of(rows))
  expect(order.isBy([byName])).toBe(true)
  expect([order.isBy([falling(byName)]), order.isBy([]), order.isBy([byValue])]).toEqual([false, false, false])
})
