/** What the charts of a run are made from; `features/run/chart-definitions.ts` makes them. */
import type { MetricName } from '#shared/measures/metrics.ts'

/** One chart: all its metrics are of one unit. */
export interface ChartOutline {
  /** Of its only metric when absent. */
  readonly title?: string
  readonly note?: string
  readonly metrics: readonly (readonly [MetricName, token: string])[]
  readonly isLogarithmic?: boolean
  readonly isSmoothed?: boolean
  /** The axis starts at 0. */
  readonly isFromZero?: boolean
  /** In the first row, with room for details. */
  readonly isLarge?: boolean
  /** What stands there until the first point. */
  readonly emptyText: string
}

export const withFirstSteps = 'Follows with the first steps.'
const whileRunning = 'Measured every few seconds while it runs.'

/** All of the chart of losses but its metrics. */
export const lossChart = {
  title: 'Losses',
  note: 'logarithmic',
  isLogarithmic: true,
  isSmoothed: true,
  isLarge: true,
  emptyText: 'The first losses arrive with the first steps.',
} as const satisfies Omit<ChartOutline, 'metrics'>

export const objectiveLine = ['loss.total', '--series-1'] as const
/** Of phases that compare the answers of two networks. */
export const imageLossLines = [
  ['loss.feature-maps', '--series-3'],
  ['loss.distillation', '--series-4'],
] as const

/** What every run reports about its work. */
export const workCharts: readonly ChartOutline[] = [
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
  // Left out without points: of a run on the processor, and where no card can be read.
  {
    note: 'the whole card',
    metrics: [['gpu.percent', '--series-7']],
    isFromZero: true,
    isSmoothed: true,
    emptyText: whileRunning,
  },
  { note: 'the whole card', metrics: [['gpu.memory-bytes', '--series-8']], isFromZero: true, emptyText: whileRunning },
]
