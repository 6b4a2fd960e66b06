/** What was measured of the subjects of a comparison. */
import { subjectKey, type ComparedSubject } from '#shared/measures/comparison.ts'
import { decodeConfidences, decodePredictions } from '#shared/measures/predictions.ts'
import { AppException } from '#shared/basics/result.ts'
import type { DatasetRecord, EvaluationRecord, SplitName } from '#shared/protocol/records.ts'
import type { Store } from '../store/store.ts'

/** Where a comparison reads. */
export interface ComparisonSources {
  readonly store: Store
  /** Class index of each image of a split. */
  readonly labels: (datasetId: string, split: SplitName) => Promise<ArrayLike<number>>
}

/** The same sources for one comparison: the labels of a split are read once, however many were measured on it. */
export function readingOnce({ store, labels }: ComparisonSources): ComparisonSources {
  const read = new Map<string, ReturnType<ComparisonSources['labels']>>()
  return {
    store,
    labels(datasetId, split) {
      const key = `${datasetId} ${split}`
      const known = read.get(key) ?? labels(datasetId, split)
      read.set(key, known)
      return known
    },
  }
}

/** What a network answered on a split. */
export interface Answers {
  readonly evaluation: EvaluationRecord
  readonly dataset: DatasetRecord
  /** Class indices, an image each; the first images of the split where not all were measured. */
  readonly predictions: ArrayLike<number>
  /** In [0, 1]; undefined where an older studio measured. */
  readonly confidences: ArrayLike<number> | undefined
}

/** The evaluation that a comparison shows of a subject; undefined where there is none on this split. */
export function evaluationOf(store: Store, subject: ComparedSubject, split: SplitName): EvaluationRecord | undefined {
  if ('networkId' in subject) {
    return store.evaluations.best({ networkId: subject.networkId }, subject.datasetId, split)
  }
  const { datasetId } = store.experiments.get(subject.experimentId)
  const run = store.runs.list(subject.experimentId).findLast(({ status }) => status === 'completed')
  return run && store.evaluations.best({ runId: run.id }, datasetId, split)
}

/** Throws `not-found` where nothing was measured on this split. */
export function answersOf(store: Store, subject: ComparedSubject, split: SplitName): Answers {
  const evaluation = evaluationOf(store, subject, split)
  if (evaluation === undefined) {
    throw new AppException({
      code: 'not-found',
      message: `Nothing was measured of it on the ${split} split.`,
      where: subjectKey(subject),
      remedy: 'Choose a completed experiment, or measure the network on this split.',
    })
  }
  return readAnswers(store, evaluation)
}

export function readAnswers(store: Store, evaluation: EvaluationRecord): Answers {
  const dataset = store.datasets.get(evaluation.datasetId)
  const { predictions, confidences } = store.evaluations.predictions(evaluation.id)
  return {
    evaluation,
    dataset,
    predictions: decodePredictions(predictions, dataset.classNames.length),
    confidences: confidences === null ? undefined : decodeConfidences(confidences),
  }
}
