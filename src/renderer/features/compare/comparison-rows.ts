/** What is compared: originals and experiments, a row each. */
import { sizePartNames, type SizeBreakdown, type SizePartName } from '#shared/package/accounting.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { planOf } from '#shared/experiment/experiment-summary.ts'
import type { ExperimentStatus } from '#shared/experiment/status-machine.ts'
import {
  subjectKey,
  type ComparedOriginal,
  type Comparison,
  type ComparisonEntry,
  type ComparedSubject,
} from '#shared/measures/comparison.ts'
import { isPackaged } from '#shared/protocol/records.ts'
import { experimentColor } from '../../charts/experiment-color.ts'
import type { PointMark } from '../../charts/point-mark.ts'
import type { ScatterPoint } from '../../charts/scatter-layout.ts'
import { windowFamilyOf } from '../../families/table.ts'
import { measured, type MeasuredAccuracy } from '../run/result-rows.ts'
import { compareTexts } from './texts.ts'

const originalToken = '--text-muted'

export interface ComparedRow {
  /** Of its subject. */
  readonly key: string
  readonly subject: ComparedSubject
  readonly name: string
  readonly token: string
  /** Of its family; a diamond for an original. */
  readonly mark: PointMark
  /** Its method in two or three words; the name where several have the same. */
  readonly label: string
  readonly isOriginal: boolean
  /** Of the original that an experiment was made of, or of itself. */
  readonly originalKey: string | undefined
  readonly datasetId: string | undefined
  /** Of an experiment. */
  readonly status?: ExperimentStatus
  readonly accuracy?: MeasuredAccuracy
  /** Correct by class, as fractions. */
  readonly perClass?: readonly number[]
  readonly classNames?: readonly string[]
  readonly sizes?: SizeBreakdown
  /** Of everything that is written; of an original, its parameters in float32. */
  readonly bytes?: number
}

/** Originals first, each once, then the experiments in their order. */
export function comparedRows({ originals, entries }: Comparison): readonly ComparedRow[] {
  const methods = entries.map(({ experiment }) => methodLabel(experiment.config))
  const isOnly = originals.length === 1
  return [
    ...originals.map((original) => originalRow(original, entries, isOnly)),
    ...entries.map((entry, index) => {
      const method = methods[index] ?? ''
      const isShared = methods.filter((other) => other === method).length > 1
      return entryRow(entry, isShared ? entry.experiment.name : method)
    }),
  ]
}

function originalRow(
  { network, dataset, evaluation, perClass }: ComparedOriginal,
  entries: readonly ComparisonEntry[],
  isOnly: boolean,
): ComparedRow {
  const subject = { networkId: network.id, datasetId: dataset.id }
  const key = subjectKey(subject)
  const bytes = entries.flatMap(({ network: own, experiment }) => {
    const result = experiment.latestRun?.result
    return own?.id === network.id && isPackaged(result) ? [result.sizes.originalBytes] : []
  })[0]
  return {
    key,
    subject,
    name: network.name,
    token: originalToken,
    mark: 'diamond',
    label: compareTexts.originalLabel(isOnly ? '' : network.name),
    isOriginal: true,
    originalKey: key,
    datasetId: dataset.id,
    classNames: dataset.classNames,
    ...(evaluation === undefined ? {} : { accuracy: measured(evaluation) }),
    ...(perClass === undefined ? {} : { perClass }),
    ...(bytes === undefined ? {} : { bytes }),
  }
}

function entryRow(entry: ComparisonEntry, label: string): ComparedRow {
  const { experiment, network, dataset, reconstructed, perClass } = entry
  const subject = { experimentId: experiment.id }
  const result = experiment.latestRun?.result
  const sizes = isPackaged(result) ? result.sizes : undefined
  const isMadeOf = network !== undefined && dataset !== undefined
  return {
    key: subjectKey(subject),
    subject,
    name: experiment.name,
    token: experimentColor(experiment),
    mark: windowFamilyOf(experiment.config).point.mark,
    label,
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

function methodLabel(config: ExperimentConfig): string {
  const plan = planOf(config)
  return windowFamilyOf(plan).point.label(plan)
}

/** Accuracy against bytes: one point a row that has both. */
export function scatterPoints(rows: readonly ComparedRow[]): readonly ScatterPoint[] {
  return rows.flatMap(({ key, label, mark, token, bytes, accuracy, isOriginal }) => {
    if (bytes === undefined || accuracy === undefined) return []
    const { low, high } = accuracy.interval
    const place = { x: bytes, y: accuracy.accuracy, yLow: low, yHigh: high }
    return [{ id: key, label, mark, token, ...place, isReference: isOriginal }]
  })
}

/** What the marks of these experiments stand for, each once. */
export function markLegend({ entries }: Comparison): readonly { readonly mark: PointMark; readonly title: string }[] {
  const legend = new Map<PointMark, string>()
  for (const { experiment } of entries) {
    const { mark, title } = windowFamilyOf(experiment.config).point
    legend.set(mark, title)
  }
  return [...legend].map(([mark, title]) => ({ mark, title }))
}

/** What the longest bar stands for: the largest original, or a package that is larger still. `undefined` without sizes. */
export function byteScale(
  rows: readonly ComparedRow[],
): { readonly bytes: number; readonly isOriginal: boolean } | undefined {
  const sizes = rows.flatMap((row) => row.sizes ?? [])
  if (sizes.length === 0) return undefined
  const original = Math.max(...sizes.map(({ originalBytes }) => originalBytes))
  const packaged = Math.max(...sizes.map(({ totalBytes }) => totalBytes))
  return { bytes: Math.max(original, packaged), isOriginal: original >= packaged }
}

/** Parts that any of the rows has, in their fixed order. */
export function usedParts(rows: readonly ComparedRow[]): readonly SizePartName[] {
  return sizePartNames.filter((part) => rows.some((row) => partBytes(row, part) > 0))
}

export function partBytes(row: ComparedRow, part: SizePartName): number {
  return row.sizes?.parts.find((candidate) => candidate.part === part)?.bytes ?? 0
}

export interface KeptGroup {
  readonly entries: readonly Pick<ComparedRow, 'name' | 'token' | 'mark'>[]
  readonly sentences: readonly string[]
}

/** What the files keep of their originals: experiments of which the same is true stand together. */
export function keptGroups({ entries }: Comparison): readonly KeptGroup[] {
  const groups = new Map<string, KeptGroup>()
  entries.forEach(({ experiment }) => {
    const { name, config } = experiment
    const sentences = familyOf(config).describeKept(config)
    if (sentences.length === 0) return
    const key = sentences.join('\n')
    const others = groups.get(key)?.entries ?? []
    const { mark } = windowFamilyOf(config).point
    groups.set(key, { sentences, entries: [...others, { name, token: experimentColor(experiment), mark }] })
  })
  return [...groups.values()]
}
