import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { comparisonHtml } from '../export/comparison-html.ts'
import { comparisonCsv } from '#shared/plain-text/comparison-csv.ts'
import { measuredRows } from '#shared/measures/compared-rows.ts'
import { ownOriginal } from '#shared/measures/paired-differences.ts'
import { flipPictures } from '../comparison/comparison-page-data.ts'
import { atomicWrite } from '../files/atomic-write.ts'
import { pathOfToken } from './library.ts'
import { compareExperiments } from '../comparison/compare-experiments.ts'
import { confusionOf, flipsOf } from '../comparison/compare-answers.ts'
import { timestamp } from '../basics/clock.ts'
import { readingOnce, type ComparisonSources } from '../comparison/measured-subject.ts'
import type { StudioContext } from '../context/studio-context.ts'
import type { DatasetLibrary } from '../library/dataset-library.ts'

type ComparisonHandlers = Pick<
  CommandHandlers,
  'experiments.compare' | 'comparisons.flips' | 'comparisons.confusion' | 'comparisons.export'
>

export interface ComparisonParts {
  readonly datasets: DatasetLibrary
  /** Of everything that had a part in a result. */
  readonly versions: Readonly<Record<string, string>>
  /** The path behind a file token; undefined when it is none. */
  readonly resolveFile: (token: string) => string | undefined
}

/** All of them leave the store as it is. */
export function comparisonHandlers(
  context: StudioContext,
  { datasets, versions, resolveFile }: ComparisonParts,
): ComparisonHandlers {
  const sources: ComparisonSources = {
    store: context.store,
    labels: (datasetId, split) => datasets.labels(datasetId, split),
  }
  return {
    'experiments.compare': ({ ids, split }) => compareExperiments(readingOnce(sources), ids, split),
    'comparisons.flips': (input) => flipsOf(sources, input),
    'comparisons.confusion': ({ subject, split }) => confusionOf(sources, subject, split),

    async 'comparisons.export'({ ids, split, baseKey = ownOriginal, format, file }) {
      const path = pathOfToken(resolveFile, file)
      const once = readingOnce(sources)
      const comparison = await compareExperiments(once, ids, split)
      const shown = { comparison, baseKey, rows: measuredRows(comparison) }
      const text =
        format === 'csv'
          ? comparisonCsv(comparison, baseKey)
          : comparisonHtml({
              ...shown,
              flips: await flipPictures(once, (input) => datasets.images(input), shown),
              madeAt: timestamp(context.clock),
              versions,
            })
      await atomicWrite(path, new TextEncoder().encode(text), context.writeBytes)
      return undefined
    },
  }
}
