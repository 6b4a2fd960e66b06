import type {
  AccuracyCount,
  AccuracyPair,
  BaselineResult,
  CompressResult,
  SplitName,
} from '#shared/protocol/records.ts'
import { wilsonInterval, type Interval } from '#shared/measures/statistics.ts'
import { top5Accuracy } from '#shared/measures/top-5.ts'

export interface MeasuredAccuracy {
  readonly correct: number
  /** In [0, 1]; absent where it was not measured. */
  readonly top5: number | undefined
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

export function measured(count: AccuracyCount): MeasuredAccuracy {
  const { correct, total } = count
  return {
    correct,
    top5: top5Accuracy(count),
    total,
    accuracy: total === 0 ? NaN : correct / total,
    interval: wilsonInterval(correct, total),
  }
}

export function accuracyRows(accuracies: readonly AccuracyPair[]): readonly AccuracyRow[] {
  return accuracies.map((pair) => {
    const original = measured(pair.original)
    const reconstructed = measured(pair.reconstructed)
    return { split: pair.split, original, reconstructed, difference: reconstructed.accuracy - original.accuracy }
  })
}

interface TimeRow {
  readonly title: string
  readonly seconds: number
}

/** How the time of a run was spent, in the order it happened; what no phase accounts for comes last. */
export function timeRows(
  result: Pick<CompressResult, 'kind' | 'seconds' | 'permutationSource'> | Pick<BaselineResult, 'kind' | 'seconds'>,
): readonly TimeRow[] {
  const spent = result.kind === 'compress' ? compressTimes(result) : baselineTimes(result)
  const rest = result.seconds.total - spent.reduce((sum, { seconds }) => sum + seconds, 0)
  // Reading data, compiling steps, writing files.
  return rest >= 0.5 ? [...spent, { title: 'Start and storage', seconds: rest }] : spent
}

function compressTimes({
  seconds,
  permutationSource,
}: Pick<CompressResult, 'seconds' | 'permutationSource'>): readonly TimeRow[] {
  const { permutation, reconstruction, distillation, quantisation = 0, evaluation } = seconds
  return [
    { title: permutationSource === 'cache' ? 'Permutation, kept from before' : 'Permutation', seconds: permutation },
    { title: 'Reconstruction', seconds: reconstruction },
    { title: 'Distillation', seconds: distillation },
    ...(quantisation > 0 ? [{ title: 'Quantisation', seconds: quantisation }] : []),
    { title: 'Evaluation', seconds: evaluation },
  ]
}

function baselineTimes({ seconds }: Pick<BaselineResult, 'seconds'>): readonly TimeRow[] {
  const { distillation, compression, evaluation } = seconds
  return [
    ...(distillation > 0 ? [{ title: 'Distillation', seconds: distillation }] : []),
    { title: 'Compression', seconds: compression },
    { title: 'Evaluation', seconds: evaluation },
  ]
}
