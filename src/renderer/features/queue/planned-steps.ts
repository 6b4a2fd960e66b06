import type { ExperimentConfig } from '#shared/experiment-config.ts'
import { architectureTitle } from '../../format/architecture-title.ts'
import { formatAmount, formatCount } from '../../format/format.ts'

/** What an experiment will do, in a few words: `hidden size 160, 10,000 reconstruction and 300 distillation steps`. */
export function plannedSteps(config: ExperimentConfig): string {
  if (config.kind === 'train')
    return `${architectureTitle(config.architecture)}, ${formatAmount(config.epochs, 'epoch')}`
  const { reconstruction, distillation, predictor } = config
  const phases = [
    { title: 'reconstruction', steps: reconstruction.steps },
    { title: 'distillation', steps: distillation.steps },
  ]
  const steps = phases.filter((phase) => phase.steps > 0).map((phase) => `${formatCount(phase.steps)} ${phase.title}`)
  return `hidden size ${predictor.hiddenSize}, ${steps.length === 0 ? 'no' : steps.join(' and ')} steps`
}
