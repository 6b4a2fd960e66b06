import { expect, test } from 'vitest'
import { formatAccuracyCurve, metricsCsv } from '#shared/plain-text/metrics-table.ts'

const points = [
  { name: 'accuracy.validation', step: 1000, elapsedMs: 90_000, value: 0.875 },
  { name: 'loss.total', step: 1000, elapsedMs: 90_000, value: NaN },
]

test('shows accuracy over minutes and no other metric', () => {
  const [, ...rows] = formatAccuracyCurve(points).split('\n')
  expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([['1,000', '1.50', 'Validation accuracy', '87.50 %']])
  expect(formatAccuracyCurve([])).toBe('This run has measured no accuracy yet.')
})

test('writes every metric as CSV, in seconds', () => {
  expect(metricsCsv(points)).toBe(
    'metric,step,seconds,value\r\naccuracy.validation,1000,90,0.875\r\nloss.total,1000,90,NaN\r\n',
  )
})
