import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { compareExperiments } from '../comparison/compare-experiments.ts'
import { confusionOf, flipsOf } from '../comparison/compare-answers.ts'
import type { StudioContext } from '../context/studio-context.ts'
import type { DatasetLibrary } from '../library/dataset-library.ts'

type ComparisonHandlers = Pick<CommandHandlers, 'experiments.compare' | 'comparisons.flips' | 'comparisons.confusion'>

/** All of them only read. */
export function comparisonHandlers({ store }: StudioContext, datasets: DatasetLibrary): ComparisonHandlers {
  const labels = (datasetId: string, split: Parameters<DatasetLibrary['labels']>[1]) =>
    datasets.labels(datasetId, split)
  return {
    'experiments.compare': ({ ids, split }) => compareExperiments({ store, labels }, ids, split),
    'comparisons.flips': (input) => flipsOf({ store, labels }, input),
    'comparisons.confusion': ({ subject, split }) => confusionOf({ store, labels }, subject, split),
  }
}
