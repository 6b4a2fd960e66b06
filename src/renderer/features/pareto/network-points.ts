/** The finished runs of one network, as points of accuracy against bytes. */
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentFilter } from '#shared/experiment/filter/experiment-filter.ts'
import { storedNumber } from '#shared/experiment/filter/field-units.ts'
import { wilsonInterval, type Interval } from '#shared/measures/statistics.ts'
import type { EvaluationRecord } from '#shared/protocol/records.ts'
import type { KnobLimits } from '#shared/forecast/limits.ts'

/** A finished compression that was measured on the test images. */
export interface NetworkRun {
  readonly experiment: ExperimentSummary
  readonly bytes: number
  /** In [0, 1]. */
  readonly accuracy: number
  /** Original minus reconstructed, in [-1, 1]. */
  readonly drop: number
}

export interface OriginalAccuracy {
  readonly accuracy: number
  readonly interval: Interval
}

/** Those that the table of experiments shows without a choice: archived ones are left out. */
export function runsOfNetwork(experiments: readonly ExperimentSummary[], networkId: string): readonly NetworkRun[] {
  return experiments.flatMap((experiment) => {
    const { accuracy, totalBytes, difference } = experiment.outcome
    const isOfNetwork = experiment.networkId === networkId && !experiment.isArchived
    if (!isOfNetwork || accuracy === undefined || totalBytes === undefined || difference === undefined) return []
    // As the store does: half a point is half a point, whatever the rounding of two fractions.
    return [{ experiment, bytes: totalBytes, accuracy, drop: Number((-difference).toFixed(12)) }]
  })
}

/** Data sets that the runs were measured on, the one of the most runs first. */
export function measuredDatasets(runs: readonly NetworkRun[]): readonly string[] {
  const counts = new Map<string, number>()
  for (const { experiment } of runs) counts.set(experiment.datasetId, (counts.get(experiment.datasetId) ?? 0) + 1)
  return [...counts].toSorted(([, one], [, other]) => other - one).map(([id]) => id)
}

/** Of the original on the test images: as it was measured on the most of them, else as a run says that was compared with it. */
export function originalAccuracy(
  evaluations: readonly EvaluationRecord[],
  runs: readonly NetworkRun[],
  datasetId: string,
): OriginalAccuracy | undefined {
  const [measured] = evaluations
    .filter((evaluation) => evaluation.datasetId === datasetId && evaluation.split === 'test')
    .toSorted((one, other) => other.total - one.total)
  if (measured !== undefined) {
    return { accuracy: measured.accuracy, interval: wilsonInterval(measured.correct, measured.total) }
  }
  const run = runs.find(({ experiment }) => experiment.datasetId === datasetId)
  if (run === undefined) return undefined
  const accuracy = run.accuracy + run.drop
  return { accuracy, interval: { low: accuracy, high: accuracy } }
}

export function isWithin({ bytes, drop }: NetworkRun, limits: KnobLimits | undefined): boolean {
  const mostDrop = limits?.points === undefined ? undefined : storedNumber('points', { number: limits.points })
  return bytes <= (limits?.bytes ?? Infinity) && drop <= (mostDrop ?? Infinity)
}

/** The same runs in the language of the table: what is within the limits there is within them here. */
export function filterOfLimits(
  network: string,
  dataset: string | undefined,
  limits: KnobLimits | undefined,
): ExperimentFilter {
  const equal = (field: string, value: string) => ({ type: 'compare', field, operator: '=', value }) as const
  const atMost = (field: string, number: number, unit: string) =>
    ({ type: 'compare', field, operator: '<=', value: { number, unit } }) as const
  const { bytes, points } = limits ?? {}
  return {
    type: 'all',
    of: [
      equal('network', network),
      ...(dataset === undefined ? [] : [equal('dataset', dataset)]),
      ...(bytes === undefined ? [] : [atMost('size', kibibytesOf(bytes), 'KiB')]),
      ...(points === undefined
        ? [{ type: 'known', field: 'drop', isKnown: true } as const]
        : [atMost('drop', points, 'points')]),
    ],
  }
}

/** The shortest number of KiB that admits just these bytes: a limit between two whole bytes admits the same files. */
function kibibytesOf(bytes: number): number {
  const candidates = [1, 10, 100, 1000].map((unit) => Math.ceil((unit * bytes) / 1024) / unit)
  return candidates.find((kibibytes) => Math.floor(kibibytes * 1024) === bytes) ?? bytes / 1024
}
