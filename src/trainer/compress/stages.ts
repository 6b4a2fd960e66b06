/** The stages of a compression for its time left, and which steps and images they count. */
import { segmentsOf, type Segment } from '#shared/compress-phases.ts'
import type { CompressConfig } from '#shared/experiment-config.ts'
import { evaluationStage, startOf, type Stage } from '../steps/time-left.ts'

export const warmupStage = 'warm-up'
/** Of a predictor that no step has rounded. */
export const roundingStage = 'rounding'
export const packagingStage = 'packaging'

/** Until it was measured once; a probe of what takes so little would take longer. */
const assumedSeconds = 1

/** Stage of a step: in a warm-up a step sees no images, and costs a fraction. */
export function stageOfStep({ distillation }: CompressConfig, { phase }: Segment, at: number): string {
  return phase === 'distillation' && at < distillation.warmupSteps ? warmupStage : phase
}

/** Whether the network is measured after `done` steps of a segment. */
export function isEvaluationDue({ evaluation }: CompressConfig, segment: Segment, done: number): boolean {
  const { phase, before, steps } = segment
  const { everySteps } = evaluation
  const isInTurn = phase !== 'reconstruction' && everySteps > 0 && (before + done) % everySteps === 0
  return isInTurn || done === steps
}

/** Images that the evaluations of a run look at. */
export interface PlannedImages {
  /** By one evaluation between steps. */
  readonly between: number
  /** By those at the end. */
  readonly final: number
}

export function compressStages(config: CompressConfig, images: PlannedImages): readonly Stage[] {
  const units = new Map<string, number>()
  const add = (name: string, count: number): void => void units.set(name, (units.get(name) ?? 0) + count)
  for (const segment of segmentsOf(config)) {
    let stage: string | undefined
    for (let at = 0; at < segment.steps; at++) {
      const next = stageOfStep(config, segment, at)
      if (next !== stage) add(startOf(next), 1)
      stage = next
      add(next, 1)
      if (isEvaluationDue(config, segment, at + 1)) add(evaluationStage, images.between)
    }
  }
  add(evaluationStage, images.final)
  add(roundingStage, 1)
  add(packagingStage, 1)
  const isShort = (name: string): boolean =>
    name === roundingStage || name === packagingStage || name.startsWith(startOf(''))
  return [...units].map(([name, count]) => ({ name, units: count, ...(isShort(name) ? { assumedSeconds } : {}) }))
}
