import { sizePartNames, type SizeBreakdown, type SizePartName } from '#shared/package/accounting.ts'
import { familyOf } from '#shared/experiment/families.ts'
import type { Comparison, ComparisonEntry } from '#shared/protocol/contract.ts'
import { describeParameter } from '#shared/parameters/parameter-catalogue.ts'
import type { ParameterGroupId } from '#shared/parameters/parameter-groups.ts'
import type { ParameterDescription } from '#shared/parameters/parameter-controls.ts'
import { isPackaged } from '#shared/protocol/records.ts'
import { mcnemarExact } from '#shared/measures/statistics.ts'
import type { ScatterPoint } from '../../charts/scatter-layout.ts'
import { measured, type MeasuredAccuracy } from '../run/result-rows.ts'
import { valueTitle } from '../new-experiment/config-editing.ts'

const seriesTokens = 8

/** The colour of the entry at `index`, the same in table and charts. */
export function entryToken(index: number): string {
  return `--series-${(index % seriesTokens) + 1}`
}

export interface ComparedRow {
  readonly id: string
  readonly name: string
  readonly token: string
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
  return entries.map((entry, index) => {
    const original = entry.original === undefined ? undefined : measured(entry.original)
    const reconstructed = entry.reconstructed === undefined ? undefined : measured(entry.reconstructed)
    const { agreement, experiment } = entry
    const result = experiment.latestRun?.result
    return {
      id: experiment.id,
      name: experiment.name,
      token: entryToken(index),
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

/** Accuracy against bytes: one point an experiment, and each original once. */
export function scatterPoints({ entries }: Comparison, rows: readonly ComparedRow[]): readonly ScatterPoint[] {
  const originals = new Map<string, ScatterPoint>()
  const points: ScatterPoint[] = []
  rows.forEach((row, index) => {
    const { sizes, original, reconstructed } = row
    if (sizes === undefined) return
    if (reconstructed !== undefined) points.push(pointOf(row.id, row.name, sizes.totalBytes, reconstructed, row.token))
    const network = entries[index]?.network
    if (original !== undefined && network !== undefined && !originals.has(network.id)) {
      const point = pointOf(network.id, `${network.name} (original)`, sizes.originalBytes, original, '--text-muted')
      originals.set(network.id, { ...point, isReference: true })
    }
  })
  return [...originals.values(), ...points]
}

function pointOf(id: string, label: string, bytes: number, accuracy: MeasuredAccuracy, token: string): ScatterPoint {
  const { low, high } = accuracy.interval
  return { id, label, x: bytes, y: accuracy.accuracy, yLow: low, yHigh: high, token, isReference: false }
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
  readonly entries: readonly { readonly name: string; readonly token: string }[]
  readonly sentences: readonly string[]
}

/** What the files keep of their originals: experiments of which the same is true stand together. */
export function keptGroups({ entries }: Comparison): readonly KeptGroup[] {
  const groups = new Map<string, KeptGroup>()
  entries.forEach(({ experiment: { name, config } }, index) => {
    const sentences = familyOf(config).describeKept(config)
    if (sentences.length === 0) return
    const key = sentences.join('\n')
    const others = groups.get(key)?.entries ?? []
    groups.set(key, { sentences, entries: [...others, { name, token: entryToken(index) }] })
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
