import type { ExperimentConfig } from '#shared/experiment-config.ts'
import { formatAmount, formatCount } from '../../format/format.ts'

/** What an experiment will do, in a few words: `10,000 + 300 steps, hidden size 160`. */
export function plannedSteps(config: ExperimentConfig): string {
  if (config.kind === 'train') return `${config.architecture}, ${formatAmount(config.epochs, 'epoch')}`
  const { reconstruction, distillation, predictor } = config
  return `${formatCount(reconstruction.steps)} + ${formatCount(distillation.steps)} steps, hidden size ${predictor.hiddenSize}`
}
