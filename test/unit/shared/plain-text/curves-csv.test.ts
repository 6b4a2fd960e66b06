import { expect, test } from 'vitest'
import { curveCsvLines, curvesCsvHead } from '#shared/plain-text/curves-csv.ts'

test('points of a run are lines with both times, as far as they are known', () => {
  const curve = {
    ...{ metric: 'loss.total', count: 2, steps: Float64Array.of(1, 2) },
    elapsedMs: Float64Array.of(500, 1000),
    values: Float64Array.of(0.25, NaN),
  }
  const run = { experiment: 'one, two', attempt: 3 }
  expect(curvesCsvHead).toBe('experiment,attempt,metric,step,training seconds,wall seconds,value\r\n')
  expect(curveCsvLines(run, curve, [{ elapsedMs: 0, offsetMs: 2000 }])).toBe(
    '"one, two",3,loss.total,1,0.5,2.5,0.25\r\n"one, two",3,loss.total,2,1,3,NaN\r\n',
  )
  expect(curveCsvLines(run, curve, [])).toContain('1,0.5,,0.25')
})
