import { splitNames, type AccuracyPair } from './records.ts'
import type { SplitPredictions } from './trainer-protocol.ts'

/** Splits on which both the original and the reconstructed network were measured. */
export function accuracyPairs(evaluations: readonly SplitPredictions[]): AccuracyPair[] {
  return splitNames.flatMap((split) => {
    const measured = (of: SplitPredictions['of']) =>
      evaluations.find((evaluation) => evaluation.of === of && evaluation.split === split)
    const original = measured('original')
    const reconstructed = measured('reconstructed')
    if (original === undefined || reconstructed === undefined) return []
    return [
      {
        split,
        original: { correct: original.correct, total: original.total },
        reconstructed: { correct: reconstructed.correct, total: reconstructed.total },
      },
    ]
  })
}
