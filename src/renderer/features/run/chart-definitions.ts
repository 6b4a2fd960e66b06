import type { Family } from '#shared/experiment/experiment-config.ts'
import { metricDefinition, type MetricName } from '#shared/measures/metrics.ts'
import { formatShownValue, shownUnits } from '#shared/measures/metric-values.ts'
import type { ValueAxis } from '../../charts/line-chart.ts'

interface ChartLine {
  readonly metric: MetricName
  readonly label: string
  /** Colour token. */
  readonly token: string
  /** Left out as long as it has no points: it is emitted only where it was asked for. */
  readonly isConditional: boolean
  /** Losses and rates are noisy; accuracies are sparse, and means are smooth already. */
  readonly isSmoothed: boolean
}

export interface ChartDefinition {
  readonly title: string
  readonly note?: string
  readonly axis: ValueAxis
  readonly lines: readonly ChartLine[]
  /** What values are multiplied by, so that ticks are round in the unit shown. */
  readonly factor: number
  readonly formatValue: (value: number) => string
  readonly emptyText: string
  /** In the first row, with room for details. */
  readonly isLarge: boolean
}

/** What a chart is made from: all its metrics are of one unit. */
interface Outline {
  /** Of its only metric when absent. */
  readonly title?: string
  readonly note?: string
  readonly metrics: readonly (readonly [MetricName, token: string])[]
  readonly isLogarithmic?: boolean
  readonly isSmoothed?: boolean
  /** The axis starts at 0. */
  readonly isFromZero?: boolean
  readonly isLarge?: boolean
  readonly emptyText: string
}

const withFirstSteps = 'Follows with the first steps.'
const whileRunning = 'Measured every few seconds while it runs.'
const afterEpochs = 'Measured after each epoch that is evaluated.'

const losses = {
  title: 'Losses',
  note: 'logarithmic',
  isLogarithmic: true,
  isSmoothed: true,
  isLarge: true,
  emptyText: 'The first losses arrive with the first steps.',
} as const

const objective = ['loss.total', '--series-1'] as const
const imageLosses = [
  ['loss.feature-maps', '--series-3'],
  ['loss.distillation', '--series-4'],
] as const

/** What every kind reports about its work. */
const work: readonly Outline[] = [
  { metrics: [['learning-rate', '--series-6']], isFromZero: true, emptyText: withFirstSteps },
  // A moving mean already.
  { metrics: [['steps-per-second', '--series-5']], isFromZero: true, emptyText: withFirstSteps },
  {
    note: '100 % is one core',
    metrics: [['cpu.percent', '--series-7']],
    isFromZero: true,
    isSmoothed: true,
    emptyText: whileRunning,
  },
  { note: 'of the trainer', metrics: [['memory.rss-bytes', '--series-8']], isFromZero: true, emptyText: whileRunning },
]

const outlines: Readonly<Record<Family, readonly Outline[]>> = {
  compress: [
    { ...losses, metrics: [objective, ['loss.reconstruction', '--series-2'], ...imageLosses] },
    {
      note: 'while training',
      metrics: [['accuracy.validation', '--series-3']],
      isLarge: true,
      emptyText: 'Measured during distillation and at the end of a phase.',
    },
    {
      note: 'of all represented weights',
      metrics: [['relative-error', '--series-2']],
      isLogarithmic: true,
      emptyText: 'Measured with each preview of the kernels.',
    },
    ...work,
  ],
  // Of its distillation; one without steps has nothing that a curve could show.
  baseline: [{ ...losses, metrics: [objective, ...imageLosses] }, ...work],
  train: [
    {
      ...losses,
      metrics: [
        ['loss.train', '--series-1'],
        ['loss.epoch', '--series-2'],
      ],
    },
    {
      title: 'Accuracy',
      note: 'while training',
      metrics: [
        ['accuracy.validation', '--series-3'],
        ['accuracy.train', '--series-8'],
      ],
      isLarge: true,
      emptyText: afterEpochs,
    },
    { note: 'mean cosine of neighbours', metrics: [['smoothness', '--series-5']], emptyText: afterEpochs },
    {
      note: 'its part of the objective',
      metrics: [['loss.smoothness', '--series-2']],
      isSmoothed: true,
      emptyText: withFirstSteps,
    },
    ...work,
  ],
}

/** Charts of a kind of experiment: together they show every metric that it emits. */
export function chartsFor(kind: Family): readonly ChartDefinition[] {
  return outlines[kind].map(chartOf)
}

function chartOf(outline: Outline): ChartDefinition {
  const { note, metrics, isLogarithmic = false, isSmoothed = false, isFromZero = false, isLarge = false } = outline
  const [first = objective] = metrics
  const { title, unit } = metricDefinition(first[0])
  const shown = shownUnits[unit]
  return {
    title: outline.title ?? title,
    ...(note === undefined ? {} : { note }),
    axis: {
      isLogarithmic,
      isFromZero,
      suffix: unit === 'steps/s' ? '' : shown.suffix,
      // Images are counted: less than a point is noise that should not look like a mountain.
      ...(unit === 'fraction' ? { lowest: 0, highest: 100, smallestSpan: 1 } : {}),
    },
    lines: metrics.map(([metric, token]) => ({
      metric,
      token,
      label: metricDefinition(metric).title,
      isConditional: metricDefinition(metric).isConditional === true,
      isSmoothed: isSmoothed && metric !== 'loss.epoch',
    })),
    factor: shown.factor,
    formatValue: (value) => formatShownValue(value, shown),
    emptyText: outline.emptyText,
    isLarge,
  }
}

/**
 * Widths of charts in sixths of a row: three or two in each, none alone beside empty space.
 */
export function chartSpans(count: number): readonly number[] {
  if (count <= 0) return []
  if (count === 1) return [6]
  const isPair = count === 2 || count === 4
  const inRow = isPair ? 2 : 3
  return [...Array.from({ length: inRow }, () => 6 / inRow), ...chartSpans(count - inRow)]
}
