import type { AccuracyPair, CompressResult, SplitName } from '#shared/records.ts'
import { wilsonInterval, type Interval } from '#shared/statistics.ts'

export interface MeasuredAccuracy {
  readonly correct: number
  readonly total: number
  /** correct / total, in [0, 1]. */
  readonly accuracy: number
  /** 95 % Wilson interval. */
  readonly interval: Interval
}

export interface AccuracyRow {
  readonly split: SplitName
  readonly original: MeasuredAccuracy
  readonly reconstructed: MeasuredAccuracy
  /** Reconstructed minus original. */
  readonly difference: number
}

export const splitTitles: Readonly<Record<SplitName, string>> = {
  train: 'Training',
  validation: 'Validation',
  test: 'Test',
}

export function measured({ correct, total }: { readonly correct: number; readonly total: number }): MeasuredAccuracy {
  return { correct, total, accuracy: total === 0 ? NaN : correct / total, interval: wilsonInterval(correct, total) }
}

export function accuracyRows(accuracies: readonly AccuracyPair[]): readonly AccuracyRow[] {
  return accuracies.map((pair) => {
    const original = measured(pair.original)
    const reconstructed = measured(pair.reconstructed)
    return { split: pair.split, original, reconstructed, difference: reconstructed.accuracy - original.accuracy }
  })
}

/** How the time of a run was spent, in the order it happened; what no phase accounts for comes last. */
export function timeRows(
  seconds: CompressResult['seconds'],
  permutationSource?: CompressResult['permutationSource'],
): readonly { readonly title: string; readonly seconds: number }[] {
  const { permutation, reconstruction, distillation, quantisation = 0, evaluation, total } = seconds
  const rest = total - permutation - reconstruction - distillation - quantisation - evaluation
  return [
    { title: permutationSource === 'cache' ? 'Permutation, kept from before' : 'Permutation', seconds: permutation },
    { title: 'Reconstruction', seconds: reconstruction },
    { title: 'Distillation', seconds: distillation },
    ...(quantisation > 0 ? [{ title: 'Quantisation', seconds: quantisation }] : []),
    { title: 'Evaluation', seconds: evaluation },
    // Reading data, compiling steps, writing files.
    ...(rest >= 0.5 ? [{ title: 'Start and storage', seconds: rest }] : []),
  ]
}
