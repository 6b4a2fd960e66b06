/** Image by image: which ones only one of two got right, and what a network takes for what. */
import type { Answer, Confusion, Flip, Flips, ComparedSubject } from '#shared/measures/comparison.ts'
import { AppException } from '#shared/basics/result.ts'
import type { SplitName } from '#shared/protocol/records.ts'
import { answersOf, type Answers, type ComparisonSources } from './measured-subject.ts'

interface FlipsInput {
  readonly first: ComparedSubject
  readonly second: ComparedSubject
  readonly split: SplitName
}

/** Throws `not-found` where one was not measured, `dataset-mismatch` where they saw different images. */
export async function flipsOf({ store, labels }: ComparisonSources, input: FlipsInput): Promise<Flips> {
  const { split } = input
  const first = answersOf(store, input.first, split)
  const second = answersOf(store, input.second, split)
  if (first.dataset.id !== second.dataset.id) {
    throw new AppException({
      code: 'dataset-mismatch',
      message: `One was measured on ${first.dataset.name}, the other on ${second.dataset.name}.`,
      remedy: 'Choose two that saw the same images.',
    })
  }
  const truth = await labels(first.dataset.id, split)
  const images = Math.min(first.predictions.length, second.predictions.length, truth.length)
  const flips: Flip[] = []
  for (let image = 0; image < images; image++) {
    const label = truth[image] ?? 0
    const isFirstRight = first.predictions[image] === label
    if (isFirstRight === (second.predictions[image] === label)) continue
    flips.push({ image, label, first: answer(first, image), second: answer(second, image) })
  }
  return { datasetId: first.dataset.id, classNames: first.dataset.classNames, images, flips }
}

function answer({ predictions, confidences }: Answers, image: number): Answer {
  const classIndex = predictions[image] ?? 0
  return confidences === undefined ? { classIndex } : { classIndex, confidence: confidences[image] ?? 0 }
}

/** Throws `not-found` where nothing was measured. */
export async function confusionOf(
  { store, labels }: ComparisonSources,
  subject: ComparedSubject,
  split: SplitName,
): Promise<Confusion> {
  const { dataset, predictions } = answersOf(store, subject, split)
  const truth = await labels(dataset.id, split)
  const classes = dataset.classNames.length
  const counts = new Map<number, number>()
  for (let image = 0; image < Math.min(predictions.length, truth.length); image++) {
    const cell = (truth[image] ?? 0) * classes + (predictions[image] ?? 0)
    counts.set(cell, (counts.get(cell) ?? 0) + 1)
  }
  const cells = [...counts]
    .sort(([one], [other]) => one - other)
    .map(([cell, count]) => ({ label: Math.floor(cell / classes), predicted: cell % classes, count }))
  return { classNames: dataset.classNames, cells }
}
