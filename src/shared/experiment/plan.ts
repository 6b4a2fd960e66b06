/** What lists say of an experiment: what it will do, and the numbers it ended with. */
import type { PhaseName } from '../methods/nern/phases.ts'
import type { Family } from './experiment-config.ts'
import type { PackagedResult } from './results.ts'

/** What an experiment will do. */
export type ExperimentPlan =
  | {
      readonly kind: 'compress'
      readonly hiddenSize: number
      readonly steps: Readonly<Record<PhaseName, number>>
    }
  | { readonly kind: 'train'; readonly architecture: string; readonly epochs: number }
  /** `title` names the method; `steps` are those of its distillation. */
  | { readonly kind: 'baseline'; readonly title: string; readonly steps: number }
  /** `title` says transform and size; `steps` are those of its distillation. */
  | { readonly kind: 'spectral'; readonly title: string; readonly steps: number }
export type PlanOf<F extends Family> = Extract<ExperimentPlan, { kind: F }>

/** The numbers of a finished experiment; absent where there are none yet. */
export interface Outcome {
  /** Accuracy on the test split, in [0, 1]: of the reconstructed network, or of the trained one. */
  readonly accuracy?: number
  /** Reconstructed minus original on the test split, in [-1, 1]. */
  readonly difference?: number
  /** Original bytes over all bytes. */
  readonly ratio?: number
  readonly totalBytes?: number
  readonly seconds?: number
}

/** Of a run that made a package, whatever the method. */
export function packagedOutcome({ accuracies, sizes, seconds }: PackagedResult): Outcome {
  const outcome = { ratio: sizes.compressionRatio, totalBytes: sizes.totalBytes, seconds: seconds.total }
  const test = accuracies.find(({ split }) => split === 'test')
  if (test === undefined) return outcome
  const accuracy = accuracyOf(test.reconstructed)
  return { ...outcome, accuracy, difference: accuracy - accuracyOf(test.original) }
}

/** In [0, 1]; 0 of no images. */
export function accuracyOf({ correct, total }: { readonly correct: number; readonly total: number }): number {
  return total === 0 ? 0 : correct / total
}
