import type { ExperimentRecord } from '#shared/records.ts'

/** The numbers of a finished experiment that a row shows; undefined where there are none yet. */
export interface Outcome {
  /** Accuracy on the test split, in [0, 1]: of the reconstructed network, or of the trained one. */
  readonly accuracy?: number
  /** Reconstructed minus original on the test split, in [0, 1]. */
  readonly difference?: number
  /** Original bytes over all bytes. */
  readonly ratio?: number
  readonly totalBytes?: number
  readonly seconds?: number
}

export function outcomeOf(experiment: ExperimentRecord): Outcome {
  const result = experiment.latestRun?.result
  if (result === undefined) return {}
  if (result.kind === 'train') {
    return { accuracy: result.test.correct / result.test.total, seconds: result.seconds.total }
  }
  const test = result.accuracies.find(({ split }) => split === 'test')
  const accuracy = test === undefined ? undefined : test.reconstructed.correct / test.reconstructed.total
  return {
    ...(test === undefined || accuracy === undefined
      ? {}
      : { accuracy, difference: accuracy - test.original.correct / test.original.total }),
    ratio: result.sizes.compressionRatio,
    totalBytes: result.sizes.totalBytes,
    seconds: result.seconds.total,
  }
}
