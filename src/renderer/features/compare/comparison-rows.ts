import { sizePartNames, type SizeBreakdown, type SizePartName } from '#shared/package/accounting.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { familyOf } from '#shared/experiment/families.ts'
import type { Comparison, ComparisonEntry } from '#shared/protocol/contract.ts'
import { describeParameter } from '#shared/parameters/parameter-catalogue.ts'
import type { ParameterGroupId } from '#shared/parameters/parameter-groups.ts'
import type { ParameterDescription } from '#shared/parameters/parameter-controls.ts'
import { isPackaged } from '#shared/protocol/records.ts'
import { mcnemarExact } from '#shared/measures/statistics.ts'
import { planOf } from '#shared/experiment/experiment-summary.ts'
import { experimentColor } from '../../charts/experiment-color.ts'
import type { PointMark } from '../../charts/point-mark.ts'
import type { ScatterPoint } from '../../charts/scatter-layout.ts'
import { windowFamilyOf } from '../../families/table.ts'
import { measured, type MeasuredAccuracy } from '../run/result-rows.ts'
import { valueTitle } from '../new-experiment/config-editing.ts'

export interface ComparedRow {
  readonly id: string
  readonly name: string
  readonly token: string
  /** Of its family. */
  readonly mark: PointMark
  /** Its method in two or three words; the name where several have the same. */
  readonly label: string
  readonly original?: MeasuredAccuracy
  readonly reconstructed?: MeasuredAccuracy
  /** Reconstructed minus original accuracy. */
  readonly difference?: number
  /** McNemar's exact p of that difference, on the images both saw. */
  readonly probability?: number
  readonly agreement?: NonNullable<ComparisonEntry['agreement']>
  readonly sizes?: SizeBreakdown
}

export function comparedRows({ entries }: Comparison): readonly ComparedRow[] {
  const methods = entries.map(({ experiment }) => methodLabel(experiment.config))
  return entries.map((entry, index) => {
    const original = entry.original === undefined ? undefined : measured(entry.original)
    const reconstructed = entry.reconstructed === undefined ? undefined : measured(entry.reconstructed)
    const { agreement, experiment } = entry
    const result = experiment.latestRun?.result
    const method = methods[index] ?? ''
    return {
      id: experiment.id,
      name: experiment.name,
      token: experimentColor(experiment),
      mark: windowFamilyOf(experiment.config).point.mark,
      label: methods.filter((other) => other === method).length > 1 ? experiment.name : method,
      ...(original === undefined ? {} : { original }),
      ...(reconstructed === undefined ? {} : { reconstructed }),
      ...(original === undefined || reconstructed === undefined
        ? {}
        : { difference: reconstructed.accuracy - original.accuracy }),
      ...(agreement === undefined
        ? {}
        : { agreement, probability: mcnemarExact(agreement.onlyOriginal, agreement.onlyReconstructed) }),
      ...(isPackaged(result) ? { sizes: result.sizes } : {}),
    }
  })
}

function methodLabel(config: ExperimentConfig): string {
  const plan = planOf(config)
  return windowFamilyOf(plan).point.label(plan)
}

/** Accuracy against bytes: one point an experiment, and each original once. */
export function scatterPoints({ entries }: Comparison, rows: readonly ComparedRow[]): readonly ScatterPoint[] {
  const originals = new Map<string, ScatterPoint>()
  const points: ScatterPoint[] = []
  rows.forEach((row, index) => {
    const { sizes, original, reconstructed } = row
    if (sizes === undefined) return
    if (reconstructed !== undefined) points.push(pointOf(row, sizes.totalBytes, reconstructed))
    const network = entries[index]?.network
    if (original !== undefined && network !== undefined && !originals.has(network.id)) {
      const look = { id: network.id, label: network.name, mark: 'diamond', token: '--text-muted' } as const
      originals.set(network.id, { ...pointOf(look, sizes.originalBytes, original), isReference: true })
    }
  })
  const isOnly = originals.size === 1
  return [
    ...[...originals.values()].map((point) => ({ ...point, label: originalLabel(point.label, isOnly) })),
    ...points,
  ]
}

/** With one original everybody knows which. */
function originalLabel(name: string, isOnly: boolean): string {
  return isOnly ? 'original' : `original ${name}`
}

function pointOf(
  { id, label, mark, token }: Pick<ScatterPoint, 'id' | 'label' | 'mark' | 'token'>,
  bytes: number,
  { accuracy, interval }: MeasuredAccuracy,
): ScatterPoint {
  const { low, high } = interval
  return { id, label, x: bytes, y: accuracy, yLow: low, yHigh: high, token, mark, isReference: false }
}

/** What the marks of these rows stand for, each once. */
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

export interface ShownConfigRow {
  readonly path: string
  readonly title: string
  readonly values: readonly string[]
  readonly isSame: boolean
}

/** Configuration rows in words, the identical ones left out when asked. */
export function shownConfigRows(comparison: Comparison, hidesSame: boolean): readonly ShownConfigRow[] {
  return comparison.configRows
    .filter(({ isSame }) => !hidesSame || !isSame)
    .map(({ path, values, isSame }) => {
      const row = describeParameter(path)
      if (row === undefined) return { path, title: path, values, isSame }
      return { path, title: fullTitle(row), values: values.map((value) => valueTitle(row, value) || value), isSame }
    })
}

const phases: Readonly<Partial<Record<ParameterGroupId, string>>> = {
  'reconstruction-phase': 'Reconstruction',
  'distillation-phase': 'Distillation',
  'quantisation-phase': 'Quantisation',
}

/** Every phase has an optimiser: outside its group a title says of which. */
function fullTitle({ group, title }: ParameterDescription): string {
  const phase = phases[group] ?? ''
  return phase === '' || title.startsWith(phase) ? title : `${phase}: ${title}`
}
