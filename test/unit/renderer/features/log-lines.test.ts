import { expect, test } from 'vitest'
import { foundLines, logText } from '#renderer/features/run/log-lines.ts'

const lines = [
  { at: '2030-01-01T00:00:00Z', level: 'info', text: 'Reconstruction: 500 steps.' },
  { at: '2030-01-01T00:00:01Z', level: 'warning', text: 'The trainer died at step 34.' },
  { at: '2030-01-01T00:00:02Z', level: 'error', text: 'No space left at step 40.' },
] as const

test('lines are found by words in any order, and by level', () => {
  expect(foundLines(lines, 'all', '')).toEqual(lines)
  expect(foundLines(lines, 'all', 'STEP died')).toEqual([lines[1]])
  expect(foundLines(lines, 'warning', '')).toEqual(lines.slice(1))
  expect(foundLines(lines, 'error', 'died')).toEqual([])
})

test('what is copied has time and level of each line', () => {
  expect(logText(lines.slice(0, 1))).toBe('2030-01-01T00:00:00Z info Reconstruction: 500 steps.')
})
