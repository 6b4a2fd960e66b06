/** The phases of a compression, in their order; steps are counted over all of them. */
import type { CompressConfig } from './experiment-config.ts'

export const phaseNames = ['reconstruction', 'distillation', 'quantisation'] as const
export type PhaseName = (typeof phaseNames)[number]

/** Step at which a phase begins, from 0. */
export function firstStepOf(phase: PhaseName, config: CompressConfig): number {
  return phaseNames.slice(0, phaseNames.indexOf(phase)).reduce((sum, before) => sum + config[before].steps, 0)
}

export function plannedSteps(config: CompressConfig): number {
  return phaseNames.reduce((sum, phase) => sum + config[phase].steps, 0)
}
