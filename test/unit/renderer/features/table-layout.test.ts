import { describe, expect, test } from 'vitest'
import { initialLayout } from '#renderer/state/experiments-table.svelte.ts'
import { columnSections } from '#renderer/features/experiments/column-sections.ts'
import { ownColumns, type TableColumn } from '#renderer/features/experiments/columns.ts'
import {
  groupedBy,
  movedBy,
  movedTo,
  pinned,
  resized,
  shown,
  sortedBy,
} from '#renderer/features/experiments/layout-changes.ts'
import { interpretTableKey, movedIndex } from '#renderer/features/experiments/table-keys.ts'

const layout = { ...initialLayout, columns: ['name', 'status', 'size', 'ratio'] }

function column(id: string): TableColumn {
  const found = ownColumns.find((candidate) => candidate.id === id)
  if (found === undefined) throw new Error(`no column ${id}`)
  return found
}

describe('sorting by a column', () => {
  test('begins with the largest number and the first word, and turns on the second press', () => {
    const sorting = (id: string, isDescending: boolean) => ({ sorting: [{ id, isDescending }] })
    expect(sortedBy(layout, column('size'), false)).toEqual(sorting('size', true))
    expect(sortedBy(layout, column('name'), false)).toEqual(sorting('name', false))
    expect(sortedBy({ ...layout, ...sorting('name', false) }, column('name'), false)).toEqual(sorting('name', true))
  })

  test('can be added to what it is sorted by, and turned there', () => {
    const added = { ...layout, ...sortedBy(layout, column('size'), true) }
    expect(added.sorting).toEqual([...initialLayout.sorting, { id: 'size', isDescending: true }])
    expect(sortedBy(added, column('size'), true).sorting?.[1]).toEqual({ id: 'size', isDescending: false })
  })
})

describe('columns', () => {
  test('move among those that are pinned as they are, and stop at the ends', () => {
    expect(movedBy(layout, column('size'), -1).columns).toEqual(['name', 'size', 'status', 'ratio'])
    expect(movedBy(layout, column('status'), -1)).toEqual({})
    expect(movedBy(layout, column('ratio'), 1)).toEqual({})
  })

  test('are pinned as the column on whose place they are dropped', () => {
    expect(movedTo(layout, 'ratio', 'name')).toEqual({
      columns: ['ratio', 'name', 'status', 'size'],
      pinned: ['name', 'ratio'],
    })
    expect(movedTo(layout, 'size', 'size')).toEqual({})
  })

  test('are shown at the end, hidden, pinned, grouped by, and not resized to nothing', () => {
    expect(shown(layout, column('tags'), true).columns).toEqual([...layout.columns, 'tags'])
    expect(shown(layout, column('size'), false).columns).toEqual(['name', 'status', 'ratio'])
    expect(pinned(layout, column('name'), false).pinned).toEqual([])
    expect(groupedBy(layout, column('status')).grouping).toEqual(['status'])
    expect(groupedBy({ ...layout, grouping: ['status'] }, column('status')).grouping).toEqual([])
    expect(resized(layout, column('size'), 3).widths).toEqual({ size: 56 })
  })

  test('are found by words of title, id and explanation', () => {
    expect(columnSections(ownColumns, 'accuracy POINTS').flatMap(({ columns }) => columns.map(({ id }) => id))).toEqual(
      ['drop'],
    )
    expect(columnSections(ownColumns, 'nothing is called so')).toEqual([])
  })
})

describe('keys on a row', () => {
  const press = (key: string, held: { isShift?: boolean; isControl?: boolean; isAlternate?: boolean } = {}) =>
    interpretTableKey({ key, isShift: false, isControl: false, isAlternate: false, ...held }, 12)

  test('move by rows, pages and to the ends, and select on the way with Shift', () => {
    expect(press('ArrowDown')).toEqual({ type: 'move', by: 1, isExtending: false })
    expect(press('PageUp', { isShift: true })).toEqual({ type: 'move', by: -12, isExtending: true })
    expect(press('End')).toEqual({ type: 'move', by: 'last', isExtending: false })
  })

  test('that belong to the window are left to it', () => {
    expect([press('ArrowLeft', { isAlternate: true }), press('k', { isControl: true }), press('q')]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  test('never lead out of the table', () => {
    expect([movedIndex(0, -1, 5), movedIndex(3, 12, 5), movedIndex(3, 'first', 5), movedIndex(0, 1, 0)]).toEqual([
      0, 4, 0, 0,
    ])
  })
})
