/** A finished compression as a lesson for another network, or for more of its own. */
import { z } from 'zod'
import { accuracyOf } from '../experiment/plan.ts'
import type { AccuracyPair } from '../experiment/results.ts'
import { beyondChance, damageOf, lossGroups, type CompressionFacts, type Lesson, type LossGroup } from './lesson.ts'

export interface FinishedRun extends CompressionFacts {
  readonly network: Lesson['network'] & {
    /** Whether it may have been trained on the validation images, so that its accuracy on them says little. */
    readonly mayKnowValidation: boolean
  }
  readonly group: LossGroup
  /** Of both splits. */
  readonly accuracies: readonly AccuracyPair[]
}

/**
 * What a run teaches about compressions of the network `subject`. Runs of other networks teach what they lost on test images,
 * which nothing was trained on. Runs of the network itself teach what they lost on the validation split: a forecast chooses
 * what is tried, and test images choose nothing. Where the network may know the validation images, its own runs teach
 * nothing. Undefined also where the run says too little.
 * @param subject hash of the network's stored file
 */
export function lessonOf(run: FinishedRun, subject: string): Lesson | undefined {
  const { network, group, accuracies } = run
  const isOwn = network.sha256 === subject
  if (isOwn && network.mayKnowValidation) return undefined
  const pair = accuracies.find(({ split }) => split === (isOwn ? 'validation' : 'test'))
  const damage = damageOf(group, run)
  if (pair === undefined || damage === undefined) return undefined
  const before = accuracyOf(pair.original)
  const known = beyondChance(before, network.classes)
  if (known === 0) return undefined
  const { sha256, title, classes, inputSide } = network
  return {
    network: { sha256, title, classes, inputSide },
    group,
    damage,
    lostShare: (before - accuracyOf(pair.reconstructed)) / known,
  }
}

const count = z.int().min(0)
const countsOnBoth = z.strictObject({ validation: count, test: count })

/** Runs as the studio ships them: what the bench `knob` records. */
export const recordedRunsSchema = z.strictObject({
  networks: z.array(
    z.strictObject({
      sha256: z.string(),
      title: z.string(),
      classes: z.int().min(2),
      inputSide: z.int().min(1),
      mayKnowValidation: z.boolean(),
      /** Images of each split, and how many of them the original gets right. */
      images: countsOnBoth,
      correct: countsOnBoth,
    }),
  ),
  runs: z.array(
    z.strictObject({
      /** Hash of its network. */
      network: z.string(),
      group: z.enum(lossGroups),
      /** The method and its setting, for people. */
      method: z.string(),
      bytes: z.int().min(1),
      ratio: z.number().positive(),
      distortion: z.number().positive().exactOptional(),
      /** Images that the compressed network gets right. */
      correct: countsOnBoth,
    }),
  ),
})
export type RecordedRuns = z.infer<typeof recordedRunsSchema>

/** Throws RangeError for a run of a network that is not among them. */
export function finishedRuns({ networks, runs }: RecordedRuns): readonly FinishedRun[] {
  return runs.map(({ network: sha256, group, ratio, distortion, correct }) => {
    const network = networks.find((candidate) => candidate.sha256 === sha256)
    if (network === undefined) throw new RangeError(`a recorded run is of ${sha256}, which is not recorded`)
    const accuracies = (['validation', 'test'] as const).map((split) => ({
      split,
      original: { correct: network.correct[split], total: network.images[split] },
      reconstructed: { correct: correct[split], total: network.images[split] },
    }))
    return { network, group, ratio, distortion, accuracies }
  })
}
