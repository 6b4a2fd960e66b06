/** What a comparison has measured: originals and experiments, a row each. */
import type { ExperimentStatus } from '../experiment/status-machine.ts'
import type { SizeBreakdown } from '../package/accounting.ts'
import { isPackaged } from '../protocol/records.ts'
import {
  subjectKey,
  type ComparedOriginal,
  type ComparedSubject,
  type Comparison,
  type ComparisonEntry,
} from './comparison.ts'
import { measured, type MeasuredAccuracy } from './measured-accuracy.ts'

export interface MeasuredRow {
  /** Of its subject. */
  readonly key: string
  readonly subject: ComparedSubject
  readonly name: string
  readonly isOriginal: boolean
  /** Of the original that an experiment was made of, or of itself. */
  readonly originalKey: string | undefined
  readonly datasetId: string | undefined
  readonly classNames?: readonly string[]
  /** Of an experiment. */
  readonly status?: ExperimentStatus
  readonly accuracy?: MeasuredAccuracy
  /** Correct by class, as fractions. */
  readonly perClass?: readonly number[]
  readonly sizes?: SizeBreakdown
  /** Of everything that is written; of an original, its parameters in float32. */
  readonly bytes?: number
}

/** Of an original; its bytes are those that its experiments were compared with. */
export function originalRow(
  { network, dataset, evaluation, perClass }: ComparedOriginal,
  entries: readonly ComparisonEntry[],
): MeasuredRow {
  const subject = { networkId: network.id, datasetId: dataset.id }
  const key = subjectKey(subject)
  const [bytes] = entries.flatMap(({ network: own, experiment }) => {
    const result = experiment.latestRun?.result
    return own?.id === network.id && isPackaged(result) ? [result.sizes.originalBytes] : []
  })
  return {
    key,
    subject,
    name: network.name,
    isOriginal: true,
    originalKey: key,
    datasetId: dataset.id,
    classNames: dataset.classNames,
    ...(evaluation === undefined ? {} : { accuracy: measured(evaluation) }),
    ...(perClass === undefined ? {} : { perClass }),
    ...(bytes === undefined ? {} : { bytes }),
  }
}

export function experimentRow(entry: ComparisonEntry): MeasuredRow {
  const { experiment, network, dataset, reconstructed, perClass } = entry
  const subject = { experimentId: experiment.id }
  const result = experiment.latestRun?.result
  const sizes = isPackaged(result) ? result.sizes : undefined
  const isMadeOf = network !== undefined && dataset !== undefined
  return {
    key: subjectKey(subject),
    subject,
    name: experiment.name,
    isOriginal: false,
    originalKey: isMadeOf ? subjectKey({ networkId: network.id, datasetId: dataset.id }) : undefined,
    datasetId: dataset?.id,
    status: experiment.status,
    ...(dataset === undefined ? {} : { classNames: dataset.classNames }),
    ...(reconstructed === undefined ? {} : { accuracy: measured(reconstructed) }),
    ...(perClass === undefined ? {} : { perClass }),
    ...(sizes === undefined ? {} : { sizes, bytes: sizes.totalBytes }),
  }
}

/** Originals first, each once, then the experiments in their order. */
export function measuredRows({ originals, entries }: Comparison): readonly MeasuredRow[] {
  return [...originals.map((original) => originalRow(original, entries)), ...entries.map(experimentRow)]
}
