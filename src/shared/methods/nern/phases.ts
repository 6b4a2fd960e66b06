/** The phases of a compression, in their order; steps are counted over all of them. */
import type { CompressConfig } from './config.ts'

export const phaseNames = ['reconstruction', 'distillation', 'quantisation'] as const
export type PhaseName = (typeof phaseNames)[number]

/** A stretch of steps of one phase that trains the same layers. */
export interface Segment {
  readonly phase: PhaseName
  /** Step at which it begins, from 0. */
  readonly first: number
  readonly steps: number
  /** Steps of the phase in segments before this one. */
  readonly before: number
  /** Linear layer of the predictor up to which all are rounded for good when it begins; absent where all are trained. */
  readonly layer?: number
}

/** Every segment with steps, in order. */
export function segmentsOf(config: CompressConfig): readonly Segment[] {
  const segments: Segment[] = []
  let first = 0
  const add = (phase: PhaseName, before: number, steps: number, layer?: number): void => {
    if (steps > 0) segments.push({ phase, first, steps, before, ...(layer === undefined ? {} : { layer }) })
    first += steps
  }
  const { blocks } = config.predictor
  for (const phase of phaseNames) {
    if (phase !== 'quantisation' || config.quantisation.method === 'straight-through')
      add(phase, 0, config[phase].steps)
  }
  const upTo = (layer: number): number => Math.floor((config.quantisation.steps * layer) / blocks)
  for (let layer = 0; config.quantisation.method === 'layer-by-layer' && layer < blocks; layer++) {
    add('quantisation', upTo(layer), upTo(layer + 1) - upTo(layer), layer)
  }
  return segments
}

export function plannedSteps(config: CompressConfig): number {
  return phaseNames.reduce((sum, phase) => sum + config[phase].steps, 0)
}
