import type { ExperimentKind } from '#shared/experiment-config.ts'
import { formatCount, formatNumber } from '../../format/format.ts'

export interface ChartDefinition {
  readonly title: string
  readonly note?: string
  readonly isLogarithmic: boolean
  /** A chart with a smoothed line: losses and rates are noisy, accuracies are sparse. */
  readonly isSmoothed: boolean
  readonly lines: readonly { readonly metric: string; readonly label: string; readonly token: string }[]
  readonly formatValue: (value: number) => string
  readonly emptyText: string
  /** Left out as long as it has nothing to show. */
  readonly isOptional?: boolean
  /** Half of the width rather than a third. */
  readonly isWide: boolean
  /** Of the plot, in CSS pixels. */
  readonly height: number
  /** What values are divided by, so that ticks are round in the unit shown; 1 when absent. */
  readonly unit?: number
}

const large = { isWide: true, height: 220 } as const
const small = { isWide: false, height: 150 } as const
const wideAndLow = { isWide: true, height: 120 } as const

const percent = (value: number): string => `${formatNumber(100 * value)} %`

const losses: ChartDefinition = {
  title: 'Losses',
  note: 'logarithmic',
  isLogarithmic: true,
  isSmoothed: true,
  lines: [
    { metric: 'loss.total', label: 'objective', token: '--series-1' },
    { metric: 'loss.reconstruction', label: 'reconstruction', token: '--series-2' },
    { metric: 'loss.feature-maps', label: 'feature maps', token: '--series-3' },
    { metric: 'loss.distillation', label: 'distillation', token: '--series-4' },
  ],
  formatValue: formatNumber,
  emptyText: 'The first losses arrive with the first steps.',
  ...large,
}

const learningRate: ChartDefinition = {
  title: 'Learning rate',
  isLogarithmic: false,
  isSmoothed: false,
  lines: [{ metric: 'learning-rate', label: 'learning rate', token: '--series-6' }],
  formatValue: formatNumber,
  emptyText: 'Follows with the first steps.',
  ...small,
}

const speed: ChartDefinition = {
  title: 'Speed',
  note: 'steps a second',
  isLogarithmic: false,
  isSmoothed: true,
  lines: [{ metric: 'steps-per-second', label: 'steps/s', token: '--series-5' }],
  formatValue: formatNumber,
  emptyText: 'Follows with the first steps.',
  ...small,
}

const processor: ChartDefinition = {
  title: 'Processor',
  note: 'of the trainer, 100 % is one core',
  isLogarithmic: false,
  isSmoothed: true,
  lines: [{ metric: 'cpu.percent', label: 'processor time', token: '--series-7' }],
  formatValue: (value) => `${formatCount(value)} %`,
  emptyText: 'Measured every few seconds while it runs.',
  ...wideAndLow,
}

const memory: ChartDefinition = {
  title: 'Memory',
  note: 'resident memory of the trainer',
  isLogarithmic: false,
  isSmoothed: false,
  lines: [{ metric: 'memory.rss-bytes', label: 'memory', token: '--series-8' }],
  formatValue: (value) => `${formatCount(value)} MiB`,
  emptyText: 'Measured every few seconds while it runs.',
  unit: 2 ** 20,
  ...wideAndLow,
}

const accuracy = (emptyText: string, lines: ChartDefinition['lines']): ChartDefinition => ({
  title: 'Accuracy',
  note: 'while training, validation split',
  isLogarithmic: false,
  isSmoothed: false,
  lines,
  formatValue: percent,
  emptyText,
  ...large,
})

const charts: Readonly<Record<ExperimentKind, readonly ChartDefinition[]>> = {
  compress: [
    losses,
    accuracy('Measured during distillation and at the end of a phase.', [
      { metric: 'accuracy.validation', label: 'reconstructed', token: '--series-3' },
    ]),
    {
      title: 'Relative error',
      note: 'of all represented weights',
      isLogarithmic: true,
      isSmoothed: false,
      lines: [{ metric: 'relative-error', label: 'relative error', token: '--series-2' }],
      formatValue: percent,
      emptyText: 'Measured with each preview of the kernels.',
      ...small,
    },
    learningRate,
    speed,
    processor,
    memory,
  ],
  // Of its distillation; one without steps has nothing that a curve could show.
  baseline: [
    {
      ...losses,
      lines: losses.lines.filter(({ metric }) => metric !== 'loss.reconstruction'),
    },
    { ...learningRate, ...large },
    { ...speed, isWide: true },
    processor,
    memory,
  ],
  train: [
    {
      ...losses,
      lines: [{ metric: 'loss.train', label: 'training loss', token: '--series-1' }],
    },
    {
      ...accuracy('Measured after each epoch that is evaluated.', [
        { metric: 'accuracy.validation', label: 'validation', token: '--series-3' },
        { metric: 'accuracy.train', label: 'training', token: '--series-8' },
      ]),
      note: 'while training',
    },
    {
      title: 'Smoothness',
      note: 'mean cosine of neighbours',
      isLogarithmic: false,
      isSmoothed: false,
      lines: [{ metric: 'smoothness', label: 'smoothness', token: '--series-5' }],
      formatValue: formatNumber,
      emptyText: 'Measured after each epoch that is evaluated.',
      ...small,
    },
    learningRate,
    speed,
    processor,
    memory,
    {
      title: 'Smoothness term',
      note: 'its part of the objective',
      isLogarithmic: false,
      isSmoothed: true,
      isOptional: true,
      lines: [{ metric: 'loss.smoothness', label: 'smoothness term', token: '--series-2' }],
      formatValue: formatNumber,
      emptyText: '',
      ...wideAndLow,
    },
  ],
}

export function chartsFor(kind: ExperimentKind): readonly ChartDefinition[] {
  return charts[kind]
}
