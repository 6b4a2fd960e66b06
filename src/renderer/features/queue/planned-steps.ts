import { phaseNames } from '#shared/methods/nern/compress-phases.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { planOf } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentPlan } from '#shared/experiment/plan.ts'
import { assertNever } from '#shared/basics/result.ts'
import { architectureTitle } from '#shared/network/architecture-catalogue.ts'
import { formatAmount, formatCount } from '../../format/format.ts'

export function plannedSteps(config: ExperimentConfig): string {
  return describePlan(planOf(config))
}

/** What an experiment will do, in a few words: `hidden size 160, 10,000 reconstruction and 300 distillation steps`. */
export function describePlan(plan: ExperimentPlan): string {
  switch (plan.kind) {
    case 'train':
      return `${architectureTitle(plan.architecture)}, ${formatAmount(plan.epochs, 'epoch')}`
    case 'baseline':
      return `baseline ${plan.title}${plan.steps > 0 ? `, ${formatAmount(plan.steps, 'step')}` : ''}`
    case 'compress': {
      const steps = phaseNames
        .filter((phase) => plan.steps[phase] > 0)
        .map((phase) => `${formatCount(plan.steps[phase])} ${phase}`)
      return `hidden size ${plan.hiddenSize}, ${steps.length === 0 ? 'no' : joined(steps)} steps`
    }
    default:
      return assertNever(plan)
  }
}

/** `a`, `a and b`, `a, b and c`. */
function joined(parts: readonly string[]): string {
  const last = parts.at(-1) ?? ''
  return parts.length < 2 ? last : `${parts.slice(0, -1).join(', ')} and ${last}`
}
