import { splitNames, type AccuracyCount, type AccuracyPair } from '../protocol/records.ts'
import type { SplitPredictions } from '../protocol/trainer-protocol.ts'

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
        original: accuracyCount(original),
        reconstructed: accuracyCount(reconstructed),
      },
    ]
  })
}

/** What a package says of them: top-1 alone, which readers of every version know. */
export function packagedAccuracies(evaluations: readonly SplitPredictions[]): AccuracyPair[] {
  const top1 = ({ correct, total }: AccuracyCount): AccuracyCount => ({ correct, total })
  return accuracyPairs(evaluations).map(({ split, original, reconstructed }) => {
    return { split, original: top1(original), reconstructed: top1(reconstructed) }
  })
}

/** What is kept of a measurement beside its predictions. */
export function accuracyCount({ correct, correctTop5, total }: AccuracyCount): AccuracyCount {
  return { correct, ...(correctTop5 === undefined ? {} : { correctTop5 }), total }
}
