/** What is compared: originals and experiments, a row each. */
import { sizePartNames, type SizePartName } from '#shared/package/accounting.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { planOf } from '#shared/experiment/experiment-summary.ts'
import { experimentRow, originalRow, type MeasuredRow } from '#shared/measures/compared-rows.ts'
import type { Comparison } from '#shared/measures/comparison.ts'
import { experimentColor } from '../../charts/experiment-color.ts'
import type { PointMark } from '../../charts/point-mark.ts'
import type { ScatterPoint } from '../../charts/scatter-layout.ts'
import { windowFamilyOf } from '../../families/table.ts'
import { compareTexts } from './texts.ts'

const originalToken = '--text-muted'

export interface ComparedRow extends MeasuredRow {
  readonly token: string
  /** Of its family; a diamond for an original. */
  readonly mark: PointMark
  /** Its method in two or three words; the name where several have the same. */
  readonly label: string
}

/** Originals first, each once, then the experiments in their order. */
export function comparedRows({ originals, entries }: Comparison): readonly ComparedRow[] {
  const methods = entries.map(({ experiment }) => methodLabel(experiment.config))
  const isOnly = originals.length === 1
  return [
    ...originals.map((original): ComparedRow => {
      const label = compareTexts.originalLabel(isOnly ? '' : original.network.name)
      return { ...originalRow(original, entries), token: originalToken, mark: 'diamond', label }
    }),
    ...entries.map((entry, index): ComparedRow => {
      const { experiment } = entry
      const method = methods[index] ?? ''
      const isShared = methods.filter((other) => other === method).length > 1
      const { mark } = windowFamilyOf(experiment.config).point
      const label = isShared ? experiment.name : method
      return { ...experimentRow(entry), token: experimentColor(experiment), mark, label }
    }),
  ]
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
