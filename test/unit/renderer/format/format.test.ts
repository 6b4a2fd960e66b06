import { expect, test } from 'vitest'
import { formatAge } from '#renderer/format/format.ts'

test('an age is counted in its largest unit', () => {
  const now = Date.parse('2026-03-04T12:00:00Z')
  expect(
    [
      '2026-03-04T11:59:40Z',
      '2026-03-04T11:48:00Z',
      '2026-03-04T07:00:00Z',
      '2026-02-28T12:00:00Z',
      '2025-12-24T12:00:00Z',
      'never',
    ].map((iso) => formatAge(iso, now)),
  ).toEqual(['just now', '12 min ago', '5 h ago', '4 d ago', '24 Dec 2025', '–'])
})
