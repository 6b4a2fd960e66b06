/** What an import would make of a data set, told before anything is decoded or stored. */
import { z } from 'zod'
import { datasetKinds } from '../protocol/records.ts'
import { AppException } from '../basics/result.ts'
import { classNamesSchema, imageCountsSchema, skippedFilesSchema } from '../experiment/results.ts'

/** Closed list of what makes a data set odd: it comes in only when somebody has seen that and wants it all the same. */
const oddityCodes = [
  'one-class', // every image is of the same class: nothing can be told apart
  'class-without-training-images', // a class that occurs among the other images only
  'class-in-training-only', // a class that no test or validation image shows
  'labels-disagree', // a list of labels says other classes than the folders
  'mostly-left-out', // at least half of the images would be left out
] as const

const odditySchema = z.strictObject({ code: z.enum(oddityCodes), text: z.string() })
/** `text` is one sentence that names the thing and says what it means. */
export type Oddity = Readonly<z.infer<typeof odditySchema>>

export const datasetPlanSchema = z.strictObject({
  datasetKind: z.enum(datasetKinds),
  /** How it was recognised, for people; of CIFAR, what is known of its content. */
  layout: z.string(),
  /** All of them, in class order. */
  classNames: classNamesSchema,
  /** Images of each split, before damaged and double ones are found. */
  counts: imageCountsSchema,
  /** Images of each class over all splits, in class order. */
  classCounts: z.array(z.int()).readonly(),
  /** What was understood or done that is not obvious, a sentence each. */
  notes: z.array(z.string()).readonly(),
  /** Not empty: the import wants a word of consent. */
  oddities: z.array(odditySchema).readonly(),
  skipped: skippedFilesSchema,
})
export type DatasetPlan = Readonly<z.infer<typeof datasetPlanSchema>>

/** What a refusal of an odd plan says. */
export function oddDataset(name: string, oddities: readonly Oddity[]): AppException {
  return new AppException({
    code: 'dataset-odd',
    message: `${name} looks odd: ${oddities.map(({ text }) => text).join(' ')}`,
    remedy: 'Look at the plan. If the set is meant to be so, accept it (--accept, or the box in the window).',
  })
}
