/** The stages of a compression for its time left, and which steps and batches they count. */
import {
  batchesOf,
  evaluationStage,
  finalBatches,
  startOf,
  type PlannedImages,
  type Stage,
} from '../../experiment/stages.ts'
import type { CompressConfig } from './config.ts'
import { segmentsOf, type Segment } from './phases.ts'

export const warmupStage = 'warm-up'
/** Of a predictor that no step has rounded. */
export const roundingStage = 'rounding'
export const packagingStage = 'packaging'

/** Until they were measured once; a probe of what takes so little would take longer. */
const assumedSeconds = { start: 1, end: 0.3 } as const

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

/** All stages of a compression by a predictor. */
export function nernStages(config: CompressConfig, images: PlannedImages): readonly Stage[] {
  const measured = config.evaluation.images === 0 ? images.validation : config.evaluation.images
  const between = batchesOf(images, Math.min(measured, images.validation))
  const units = new Map<string, number>()
  const add = (name: string, count: number): void => void units.set(name, (units.get(name) ?? 0) + count)
  for (const segment of segmentsOf(config)) {
    let stage: string | undefined
    for (let at = 0; at < segment.steps; at++) {
      const next = stageOfStep(config, segment, at)
      if (next !== stage) add(startOf(next), 1)
      stage = next
      add(next, 1)
      if (isEvaluationDue(config, segment, at + 1)) add(evaluationStage, between)
    }
  }
  add(evaluationStage, finalBatches(images))
  add(roundingStage, 1)
  add(packagingStage, 1)
  return [...units].map(([name, count]) => ({ name, units: count, ...assumptionOf(name) }))
}

function assumptionOf(name: string): Pick<Stage, 'assumedSeconds'> {
  if (name === roundingStage || name === packagingStage) return { assumedSeconds: assumedSeconds.end }
  return name.startsWith(startOf('')) ? { assumedSeconds: assumedSeconds.start } : {}
}
