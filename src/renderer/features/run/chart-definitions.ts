import type { ExperimentKind } from '#shared/experiment-config.ts'
import { formatNumber } from '../../format/format.ts'

export interface ChartDefinition {
  readonly title: string
  readonly note?: string
  readonly isLogarithmic: boolean
  /** A chart with a smoothed line: losses and rates are noisy, accuracies are sparse. */
  readonly isSmoothed: boolean
  readonly lines: readonly { readonly metric: string; readonly label: string; readonly token: string }[]
  readonly formatValue: (value: number) => string
  readonly emptyText: string
}

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
}

const learningRate: ChartDefinition = {
  title: 'Learning rate',
  isLogarithmic: false,
  isSmoothed: false,
  lines: [{ metric: 'learning-rate', label: 'learning rate', token: '--series-6' }],
  formatValue: formatNumber,
  emptyText: 'Follows with the first steps.',
}

const speed: ChartDefinition = {
  title: 'Speed',
  note: 'steps a second',
  isLogarithmic: false,
  isSmoothed: true,
  lines: [{ metric: 'steps-per-second', label: 'steps/s', token: '--series-5' }],
  formatValue: formatNumber,
  emptyText: 'Follows with the first steps.',
}

const accuracy = (emptyText: string, lines: ChartDefinition['lines']): ChartDefinition => ({
  title: 'Accuracy',
  note: 'while training, validation split',
  isLogarithmic: false,
  isSmoothed: false,
  lines,
  formatValue: percent,
  emptyText,
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
    },
    learningRate,
    speed,
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
    learningRate,
    speed,
  ],
}

export function chartsFor(kind: ExperimentKind): readonly ChartDefinition[] {
  return charts[kind]
}
