import type { MetricPoint } from '../protocol/records.ts'
import { metricTitle } from '../measures/metrics.ts'
import { formatTable } from './table.ts'
import { formatCount, formatPercent } from '../basics/format.ts'

/** Accuracy measured while a run went on, over its minutes. */
export function formatAccuracyCurve(points: readonly MetricPoint[]): string {
  return formatTable(
    [
      { title: 'step', align: 'right' },
      { title: 'minutes', align: 'right' },
      { title: 'measured' },
      { title: 'value', align: 'right' },
    ],
    points
      .filter(({ name }) => name.startsWith('accuracy.'))
      .map(({ name, step, elapsedMs, value }) => [
        formatCount(step),
        (elapsedMs / 60_000).toFixed(2),
        metricTitle(name),
        formatPercent(value),
      ]),
    'This run has measured no accuracy yet.',
  )
}

/** One line a point: RFC 4180 with a head; a value that was no number is `NaN`. */
export function metricsCsv(points: readonly MetricPoint[]): string {
  const lines = points.map(({ name, step, elapsedMs, value }) => [name, step, elapsedMs / 1000, value].join(','))
  return `${['metric,step,seconds,value', ...lines].join('\r\n')}\r\n`
}
