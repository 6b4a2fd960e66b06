import { describe, expect, test } from 'vitest'
import { MetricStore } from '#renderer/charts/metric-series.ts'
import { windowFamilyOf } from '#renderer/families/table.ts'
import { chartSpans, chartsOf } from '#renderer/features/run/chart-definitions.ts'
import { hasLines, shownChart, type ChartedRun, type CurveLook } from '#renderer/features/run/shown-charts.ts'
import type { ValueScale } from '#renderer/state/charts.svelte.ts'
import { emptyTimeline } from '#shared/measures/run-timeline.ts'
import { families, type Family } from '#shared/experiment/experiment-config.ts'
import { metricDefinition, metricsOfKind } from '#shared/measures/metrics.ts'

const chartsFor = (kind: Family) => chartsOf(windowFamilyOf({ kind }).charts)

describe('charts of a run', () => {
  test.each(families)('show every metric that a %s emits, each once, and no other', (kind) => {
    const shown = chartsFor(kind).flatMap(({ lines }) => lines.map(({ metric }) => metric))
    expect(shown.toSorted()).toEqual(metricsOfKind(kind).toSorted())
  })

  test.each(families)('of a %s have one unit each, and labels from the table of metrics', (kind) => {
    for (const { lines } of chartsFor(kind)) {
      expect(new Set(lines.map(({ metric }) => metricDefinition(metric).unit)).size).toBe(1)
      expect(lines.map(({ label }) => label)).toEqual(lines.map(({ metric }) => metricDefinition(metric).title))
    }
  })

  test('write values in the unit shown', () => {
    const stored = (title: string): number => (/memory/i.test(title) ? 2 ** 29 : 0.5)
    const texts = chartsFor('compress').map(({ title, factor, formatValue }) => [
      title,
      formatValue(stored(title) * factor),
    ])
    expect(texts).toEqual([
      ['Losses', '0.5'],
      ['Validation accuracy', '50 %'],
      ['Relative error', '50 %'],
      ['Learning rate', '0.5'],
      ['Speed', '0.5 steps/s'],
      ['Processor', '0.5 %'],
      ['Memory', '512 MiB'],
      ['Graphics card', '0.5 %'],
      ['Graphics memory', '512 MiB'],
    ])
  })
})

describe('charts that are shown', () => {
  const shownCharts = (definitions: ReturnType<typeof chartsFor>, run: ChartedRun, look: CurveLook) =>
    definitions.filter((definition) => hasLines(definition, run)).map((chart) => shownChart(chart, run, look))
  const metrics = new MetricStore()
  metrics.add([
    { name: 'loss.total', step: 1, elapsedMs: 10, value: 0.5 },
    { name: 'memory.rss-bytes', step: 1, elapsedMs: 10, value: 3 * 2 ** 20 },
  ])
  const look: CurveLook = { axis: 'step', valueScale: 'usual', smoothing: { method: 'exponential', width: 1 } }
  const shown = (isOver: boolean) =>
    shownCharts(chartsFor('compress'), { metrics, timeline: emptyTimeline, isOver }, look).map(({ title, lines }) => [
      title,
      lines.flatMap(({ label, raw, isListed }) => (isListed ? [`${label} ${raw.y.join()}`.trim()] : [])),
    ])

  test('wait for points while the run goes on, but not for what nobody may have asked for', () => {
    expect(shown(false)).toEqual([
      ['Losses', ['Objective 0.5', 'Reconstruction']],
      ['Validation accuracy', ['Validation accuracy']],
      ['Relative error', ['Relative error']],
      ['Learning rate', ['Learning rate']],
      ['Speed', ['Speed']],
      ['Processor', ['Processor']],
      ['Memory', ['Memory 3']],
    ])
  })

  test('are smoothed where values are noisy, not where they are few or means', () => {
    const run = { metrics: new MetricStore(), timeline: emptyTimeline, isOver: false }
    const smoothed = shownCharts(chartsFor('train'), run, look).flatMap(({ lines }) =>
      lines.flatMap((line) => (line.smoothed === undefined ? [] : [line.metric])),
    )
    expect(smoothed).toEqual(['loss.train', 'cpu.percent'])
  })

  test('are smoothed from the first point on, where nothing has a width yet: a chart is built once', () => {
    const smoothing = { method: 'exponential', width: 0 } as const
    const run = { metrics, timeline: emptyTimeline, isOver: false }
    const lines = (at: CurveLook) => shownCharts(chartsFor('compress'), run, at).flatMap((chart) => chart.lines)
    const first = lines({ ...look, smoothing }).find(({ metric }) => metric === 'loss.total')
    expect(first?.smoothed).toEqual([0.5])
    expect(lines({ axis: 'step', valueScale: 'usual' }).every((line) => line.smoothed === undefined)).toBe(true)
  })

  test('have the scale that suits them, or the one that a reader wants', () => {
    const run = { metrics, timeline: emptyTimeline, isOver: true }
    const scaled = (valueScale: ValueScale) =>
      shownCharts(chartsFor('compress'), run, { ...look, valueScale }).map(({ axis }) => axis.isLogarithmic)
    expect([scaled('usual'), scaled('linear'), scaled('logarithmic')]).toEqual([
      [true, false],
      [false, false],
      [true, true],
    ])
  })

  test('are those with points once it is over', () => {
    expect(shown(true)).toEqual([
      ['Losses', ['Objective 0.5']],
      ['Memory', ['Memory 3']],
    ])
  })
})

test.each([
  [0, []],
  [1, [6]],
  [2, [3, 3]],
  [3, [2, 2, 2]],
  [4, [3, 3, 3, 3]],
  [5, [2, 2, 2, 3, 3]],
  [6, [2, 2, 2, 2, 2, 2]],
  [7, [2, 2, 2, 3, 3, 3, 3]],
])('%d charts fill their rows', (count, spans) => expect(chartSpans(count)).toEqual(spans))
