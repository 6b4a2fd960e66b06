/** Experiments side by side, as `experiments.compare` answers. */
import type { DatasetRecord, EvaluationRecord, ExperimentRecord, NetworkRecord } from '../protocol/records.ts'
import type { SplitName } from '../dataset/split-name.ts'

export interface ComparisonEntry {
  readonly experiment: ExperimentRecord
  readonly network?: NetworkRecord
  readonly dataset?: DatasetRecord
  /** Of the original and of the reconstructed network on the asked split; absent until evaluated. */
  readonly original?: EvaluationRecord
  readonly reconstructed?: EvaluationRecord
  /** Correct by class, in class order, as fractions. */
  readonly perClass?: { readonly original: readonly number[]; readonly reconstructed: readonly number[] }
  /** Counts over images both saw: both right, only original right, only reconstructed right, both wrong. */
  readonly agreement?: {
    readonly bothRight: number
    readonly onlyOriginal: number
    readonly onlyReconstructed: number
    readonly bothWrong: number
  }
}

export interface Comparison {
  readonly split: SplitName
  readonly entries: readonly ComparisonEntry[]
  /** Configuration leaves by path with one value an entry; `isSame` when all are equal. */
  readonly configRows: readonly {
    readonly path: string
    readonly values: readonly string[]
    readonly isSame: boolean
  }[]
}
