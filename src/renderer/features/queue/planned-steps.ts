import { baselineTitle } from '#shared/baseline-title.ts'
import { phaseNames } from '#shared/compress-phases.ts'
import type { ExperimentConfig } from '#shared/experiment-config.ts'
import { architectureTitle } from '#shared/architecture-catalogue.ts'
import { formatAmount, formatCount } from '../../format/format.ts'

/** What an experiment will do, in a few words: `hidden size 160, 10,000 reconstruction and 300 distillation steps`. */
export function plannedSteps(config: ExperimentConfig): string {
  if (config.kind === 'train')
    return `${architectureTitle(config.architecture)}, ${formatAmount(config.epochs, 'epoch')}`
  if (config.kind === 'baseline') {
    const { steps } = config.distillation
    return `baseline ${baselineTitle(config)}${steps > 0 ? `, ${formatAmount(steps, 'step')}` : ''}`
  }
  const { predictor } = config
  const steps = phaseNames
    .filter((phase) => config[phase].steps > 0)
    .map((phase) => `${formatCount(config[phase].steps)} ${phase}`)
  return `hidden size ${predictor.hiddenSize}, ${steps.length === 0 ? 'no' : joined(steps)} steps`
}

/** `a`, `a and b`, `a, b and c`. */
function joined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`
}
