/** Experiments, and the originals they were made of, side by side. */
import type { Agreement } from '#shared/measures/agreement.ts'
import {
  subjectKey,
  type ComparedOriginal,
  type ComparedPair,
  type Comparison,
  type ComparisonEntry,
  type ComparedSubject,
} from '#shared/measures/comparison.ts'
import { isTrained, type ExperimentRecord, type SplitName } from '#shared/protocol/records.ts'
import type { Store } from '../store/store.ts'
import { agreementOf, alignConfigs, perClassAccuracy } from './counts.ts'
import { evaluationOf, readAnswers, type Answers, type ComparisonSources } from './measured-subject.ts'

/** Throws `not-found`, and the errors of an image cache. */
export async function compareExperiments(
  sources: ComparisonSources,
  ids: readonly string[],
  split: SplitName,
): Promise<Comparison> {
  const { store } = sources
  const records = ids.map((id) => store.experiments.get(id))
  const entries: ComparisonEntry[] = []
  const originals = new Map<string, ComparedOriginal>()
  const measured: Measured[] = []

  const answersOf = async (subject: ComparedSubject, evaluation: Answers['evaluation'] | undefined) => {
    if (evaluation === undefined) return {}
    const answers = readAnswers(store, evaluation)
    const labels = await sources.labels(evaluation.datasetId, split)
    measured.push({ subject, answers, labels })
    return { perClass: perClassAccuracy(answers.predictions, labels, answers.dataset.classNames.length) }
  }

  for (const experiment of records) {
    const { network, dataset } = madeOf(store, experiment)
    if (network !== undefined && dataset !== undefined) {
      const subject = { networkId: network.id, datasetId: dataset.id }
      const key = subjectKey(subject)
      if (!originals.has(key)) {
        const evaluation = evaluationOf(store, subject, split)
        const more = await answersOf(subject, evaluation)
        originals.set(key, { network, dataset, ...(evaluation === undefined ? {} : { evaluation }), ...more })
      }
    }
    const original =
      network === undefined || dataset === undefined
        ? undefined
        : originals.get(subjectKey({ networkId: network.id, datasetId: dataset.id }))?.evaluation
    const subject = { experimentId: experiment.id }
    const reconstructed = evaluationOf(store, subject, split)
    const more = dataset === undefined ? {} : await answersOf(subject, reconstructed)
    entries.push({
      experiment,
      ...(network === undefined ? {} : { network }),
      ...(dataset === undefined ? {} : { dataset }),
      ...(original === undefined ? {} : { original }),
      ...(reconstructed === undefined ? {} : { reconstructed }),
      ...more,
    })
  }
  const configRows = alignConfigs(records.map(({ config }) => config))
  return { split, originals: [...originals.values()], entries, pairs: pairsOf(measured), configRows }
}

interface Measured {
  readonly subject: ComparedSubject
  readonly answers: Answers
  readonly labels: ArrayLike<number>
}

/** A training has made the original that it is compared with. */
function madeOf(store: Store, { networkId, datasetId, latestRun }: ExperimentRecord) {
  const result = latestRun?.result
  const id = isTrained(result) ? result.networkId : networkId
  return { network: id === undefined ? undefined : store.networks.find(id), dataset: store.datasets.find(datasetId) }
}

function pairsOf(measured: readonly Measured[]): readonly ComparedPair[] {
  return measured.flatMap((first, index) =>
    measured
      .slice(index + 1)
      .filter(({ answers }) => answers.dataset.id === first.answers.dataset.id)
      .map((second) => ({ first: first.subject, second: second.subject, agreement: agreement(first, second) })),
  )
}

function agreement(first: Measured, second: Measured): Agreement {
  return agreementOf(first.answers.predictions, second.answers.predictions, first.labels)
}
