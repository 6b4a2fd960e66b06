/** Experiments and originals side by side: what `experiments.compare`, `comparisons.flips` and `comparisons.confusion` answer. */
import { z } from 'zod'
import type { DatasetRecord, EvaluationRecord, ExperimentRecord, NetworkRecord } from '../protocol/records.ts'
import type { Agreement } from './agreement.ts'
import { splitNameSchema, type SplitName } from '../dataset/split-name.ts'

/** What a comparison has a row of: an experiment, or an original network on a data set. */
export const subjectSchema = z.union([
  z.strictObject({ experimentId: z.string().min(1) }),
  z.strictObject({ networkId: z.string().min(1), datasetId: z.string().min(1) }),
])
export type ComparedSubject = z.infer<typeof subjectSchema>

/** The same text for the same subject, of the characters of a selector. */
export function subjectKey(subject: ComparedSubject): string {
  if ('experimentId' in subject) return subject.experimentId
  return `original.${subject.networkId}.${subject.datasetId}`
}

export interface ComparisonEntry {
  readonly experiment: ExperimentRecord
  readonly network?: NetworkRecord
  readonly dataset?: DatasetRecord
  /** Of the original and of the reconstructed network on the asked split; absent until evaluated. */
  readonly original?: EvaluationRecord
  readonly reconstructed?: EvaluationRecord
  /** Of the reconstructed network: correct by class, in class order, as fractions. */
  readonly perClass?: readonly number[]
}

/** An original network on the images on which experiments of it were measured. */
export interface ComparedOriginal {
  readonly network: NetworkRecord
  readonly dataset: DatasetRecord
  readonly evaluation?: EvaluationRecord
  readonly perClass?: readonly number[]
}

/** Two subjects of one data set that were both measured; each pair is there once. */
export interface ComparedPair {
  readonly first: ComparedSubject
  readonly second: ComparedSubject
  readonly agreement: Agreement
}

export interface Comparison {
  readonly split: SplitName
  /** Every original once, in the order of the experiments. */
  readonly originals: readonly ComparedOriginal[]
  readonly entries: readonly ComparisonEntry[]
  readonly pairs: readonly ComparedPair[]
  /** Configuration leaves by path with one value an entry; `isSame` when all are equal. */
  readonly configRows: readonly {
    readonly path: string
    readonly values: readonly string[]
    readonly isSame: boolean
  }[]
}

export const flipsInputFields = { first: subjectSchema, second: subjectSchema, split: splitNameSchema }

/** What one of two classifiers said of an image. */
export interface Answer {
  readonly classIndex: number
  /** Softmax of that class, in [0, 1]; absent where it was not kept. */
  readonly confidence?: number
}

/** An image that only one of two classifiers got right. */
export interface Flip {
  /** Of the image in its split. */
  readonly image: number
  readonly label: number
  readonly first: Answer
  readonly second: Answer
}

export interface Flips {
  readonly datasetId: string
  readonly classNames: readonly string[]
  /** Images that both saw. */
  readonly images: number
  /** In the order of the images. */
  readonly flips: readonly Flip[]
}

export interface Confusion {
  readonly classNames: readonly string[]
  /** How many images of class `label` were taken for `predicted`: what occurs, by label, then by prediction. */
  readonly cells: readonly { readonly label: number; readonly predicted: number; readonly count: number }[]
}
