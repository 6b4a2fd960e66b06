import type { BaselineResult } from '#shared/protocol/records.ts'
import type { SpentTime } from './window-family.ts'

/** How the time was spent by a method that stores what it finds at once. */
export function storingTimes({ seconds }: Pick<BaselineResult, 'seconds'>): readonly SpentTime[] {
  const { distillation, compression, evaluation } = seconds
  return [
    ...(distillation > 0 ? [{ title: 'Distillation', seconds: distillation }] : []),
    { title: 'Compression', seconds: compression },
    { title: 'Evaluation', seconds: evaluation },
  ]
}
