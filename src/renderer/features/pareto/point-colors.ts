/** What the colour of a run says. */
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { methodNames } from '#shared/experiment/method-names.ts'
import { experimentColor } from '../../charts/experiment-color.ts'
import { paretoTexts } from './texts.ts'

export type ColorBy = 'method' | 'batch' | 'experiment'

export interface ColorEntry {
  readonly title: string
  readonly token: string
}

export interface ColorSources {
  /** Of an experiment; undefined while it is asked for. */
  methodOf(id: string): string | undefined
  /** In the order in which they are listed. */
  readonly batches: readonly { readonly id: string; readonly name: string }[]
}

const withoutColor = '--text-muted'

/** What an experiment is coloured by; experiments of one entry have one colour. */
export function colorEntry(by: ColorBy, experiment: ExperimentSummary, sources: ColorSources): ColorEntry {
  switch (by) {
    case 'method': {
      const method = methodNames.find((name) => name === sources.methodOf(experiment.id))
      if (method === undefined) return { title: '', token: withoutColor }
      return { title: paretoTexts.methods[method], token: `--series-${methodNames.indexOf(method) + 1}` }
    }
    case 'batch': {
      const index = sources.batches.findIndex(({ id }) => id === experiment.batchId)
      const batch = sources.batches[index]
      if (batch === undefined) return { title: paretoTexts.withoutBatch, token: withoutColor }
      // Counted from the oldest: a batch keeps its colour when another is made.
      return { title: batch.name, token: experimentColor({ number: sources.batches.length - index }) }
    }
    case 'experiment':
      return { title: experiment.name, token: experimentColor(experiment) }
  }
}

/** Each once, in the order of the experiments. */
export function colorLegend(entries: readonly ColorEntry[]): readonly ColorEntry[] {
  return [...new Map(entries.filter(({ title }) => title !== '').map((entry) => [entry.title, entry])).values()]
}
