import type { AccuracyPair, PackagedResult, SplitName } from '#shared/protocol/records.ts'
import { measured, type MeasuredAccuracy } from '#shared/measures/measured-accuracy.ts'
import { windowFamilyOf } from '../../families/table.ts'
import type { SpentTime } from '../../families/window-family.ts'
import { runTexts } from './texts.ts'

export interface AccuracyRow {
  readonly split: SplitName
  readonly original: MeasuredAccuracy
  readonly reconstructed: MeasuredAccuracy
  /** Reconstructed minus original. */
  readonly difference: number
}

export const splitTitles: Readonly<Record<SplitName, string>> = {
  train: runTexts.training,
  validation: runTexts.validation,
  test: runTexts.test,
}

export function accuracyRows(accuracies: readonly AccuracyPair[]): readonly AccuracyRow[] {
  return accuracies.map((pair) => {
    const original = measured(pair.original)
    const reconstructed = measured(pair.reconstructed)
    return { split: pair.split, original, reconstructed, difference: reconstructed.accuracy - original.accuracy }
  })
}

/** How the time of a run was spent, in the order it happened; what no phase accounts for comes last. */
export function timeRows(result: PackagedResult): readonly SpentTime[] {
  const spent = windowFamilyOf(result).spentTimes(result)
  const rest = result.seconds.total - spent.reduce((sum, { seconds }) => sum + seconds, 0)
  // Reading data, compiling steps, writing files.
  return rest >= 0.5 ? [...spent, { title: runTexts.startAndStorage, seconds: rest }] : spent
}
