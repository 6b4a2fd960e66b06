import { describe, expect, test } from 'vitest'
import { experimentField } from '#shared/experiment/filter/experiment-fields.ts'
import { parseFilter } from '#shared/experiment/filter/filter-text.ts'
import { typedValue, valueText } from '#renderer/features/experiments/filter-form-values.ts'
import { filterParts, mended, withoutPart, withPart } from '#renderer/features/experiments/filter-parts.ts'
import { layoutOfView, storedViewOf, viewShown } from '#renderer/state/table-layout.ts'
import { initialLayout } from '#renderer/state/experiments-table.svelte.ts'

function partsOf(text: string) {
  const parsed = parseFilter(text)
  if (!parsed.ok) throw new Error(parsed.problem.message)
  return filterParts(parsed.filter)
}

describe('parts of a filter', () => {
  const parts = partsOf('size < 100 KiB and (drop < 1 or best) and not sweep')

  test('are what all has to hold', () => {
    expect(parts.map(({ text }) => text)).toEqual(['size < 100 KiB', 'drop < 1 or best', 'not sweep'])
    expect(partsOf('size < 1 MB').map(({ text }) => text)).toEqual(['size < 1 MB'])
    expect(partsOf('')).toEqual([])
  })

  test('can be taken away, changed and added; the text says the same', () => {
    expect(withoutPart(parts, 1)).toBe('size < 100 KiB and not sweep')
    const part = { type: 'compare', field: 'drop', operator: '<=', value: { number: 0.5 } } as const
    expect(withPart(parts, part, 0)).toBe('drop <= 0.5 and (drop < 1 or best) and not sweep')
    expect(withPart(partsOf('best'), part)).toBe('best and drop <= 0.5')
    expect(withPart([], part)).toBe('drop <= 0.5')
  })

  test('that are wrong are mended where they are wrong', () => {
    const text = 'best and sise < 3'
    const parsed = parseFilter(text)
    if (parsed.ok) throw new Error('it is wrong')
    expect(mended(text, parsed.problem, 'size')).toBe('best and size < 3')
    expect(mended('size <', { message: '', start: 6, end: 6, suggestions: [] }, '100 KiB')).toBe('size < 100 KiB')
  })
})

test('the form for a filter reads numbers, yes and no, and words', () => {
  const value = (id: string, typed: string, unit?: string) => {
    const field = experimentField(id)
    return field === undefined ? undefined : typedValue(field, typed, unit)
  }
  expect([value('size', ' 100,5 ', 'KiB'), value('size', 'large', 'KiB'), value('size', '')]).toEqual([
    { number: 100.5, unit: 'KiB' },
    undefined,
    undefined,
  ])
  expect([value('starred', 'yes'), value('network', 'resnet20'), value('seed', '3')]).toEqual([
    true,
    'resnet20',
    { number: 3 },
  ])
  expect([valueText(false), valueText({ number: 3, unit: 'KiB' }), valueText('a b')]).toEqual(['no', '3', 'a b'])
})

describe('a saved view', () => {
  const layout = {
    ...initialLayout,
    filter: 'drop < 0.5',
    shelf: 'archived',
    grouping: ['network'],
    columns: ['name', 'seed'],
    pinned: ['seed'],
    widths: { seed: 80 },
  } as const

  test('brings back all that the table was set up as', () => {
    expect(layoutOfView(storedViewOf(layout))).toEqual(layout)
    expect(layoutOfView(storedViewOf(initialLayout))).toEqual(initialLayout)
  })

  test('is recognised when the table shows it', () => {
    const times = { createdAt: '2030-01-01T00:00:00.000Z', updatedAt: '2030-01-01T00:00:00.000Z' }
    const saved = { id: 'v', name: 'Seeds', view: storedViewOf(layout), ...times }
    expect(viewShown([saved], { ...layout })).toBe(saved)
    expect(viewShown([saved], { ...layout, filter: '' })).toBeUndefined()
  })
})
