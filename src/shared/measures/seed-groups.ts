/** Experiments that differ by nothing but their seed: what is the recipe, and what the draw. */
import type { Comparison, ComparisonEntry } from './comparison.ts'
import type { ExperimentRecord } from '../protocol/records.ts'
import { meanInterval, type Interval } from './statistics.ts'
import type { MeasuredRow } from './compared-rows.ts'

const mostSeeds = 10

export interface SpreadOverSeeds {
  readonly mean: number
  readonly standardDeviation: number
  /** 95 % of the mean, by Student's t. */
  readonly interval: Interval
}

export interface SeedGroup {
  readonly key: string
  readonly name: string
  readonly rows: readonly MeasuredRow[]
  readonly seeds: readonly number[]
  readonly accuracy: SpreadOverSeeds
  readonly meanBytes: number | undefined
}

/** Groups of two to ten measured experiments; what stands alone is left out. */
export function seedGroups({ entries }: Comparison, rows: readonly MeasuredRow[]): readonly SeedGroup[] {
  const groups = new Map<string, { entry: ComparisonEntry; row: MeasuredRow }[]>()
  const byKey = new Map(rows.map((row) => [row.key, row]))
  for (const entry of entries) {
    const row = byKey.get(entry.experiment.id)
    if (row?.accuracy === undefined) continue
    const key = seedlessRecipe(entry)
    groups.set(key, [...(groups.get(key) ?? []), { entry, row }])
  }
  return [...groups].flatMap(([key, members]) => {
    if (members.length < 2 || members.length > mostSeeds) return []
    const bytes = members.flatMap(({ row }) => row.bytes ?? [])
    return [
      {
        key,
        name: commonName(members.map(({ row }) => row.name)),
        rows: members.map(({ row }) => row),
        seeds: members.map(({ entry }) => seedOf(entry)),
        accuracy: meanInterval(members.map(({ row }) => row.accuracy?.accuracy ?? NaN)),
        meanBytes: bytes.length === 0 ? undefined : bytes.reduce((sum, value) => sum + value, 0) / bytes.length,
      },
    ]
  })
}

/**
 * `group` minus `base` by seed: what both have of the seed (its batches, its start) cancels. Undefined with fewer than two
 * seeds in common.
 */
export function pairedOverSeeds(group: SeedGroup, base: SeedGroup): SpreadOverSeeds | undefined {
  const differences = group.seeds.flatMap((seed, index) => {
    const other = base.rows[base.seeds.indexOf(seed)]?.accuracy?.accuracy
    const own = group.rows[index]?.accuracy?.accuracy
    return own === undefined || other === undefined ? [] : [own - other]
  })
  return differences.length < 2 ? undefined : meanInterval(differences)
}

function seedOf({ experiment }: ComparisonEntry): number {
  return 'seed' in experiment.config ? experiment.config.seed : 0
}

/** Equal for experiments that differ by nothing but their seed. */
export function seedlessRecipe({
  experiment: { config, networkId, datasetId },
}: {
  readonly experiment: Pick<ExperimentRecord, 'config' | 'networkId' | 'datasetId'>
}): string {
  return JSON.stringify([networkId, datasetId, { ...config, seed: 0 }])
}

/** What the names begin with in common, without what announces a number. */
export function commonName(names: readonly string[]): string {
  const [first = ''] = names
  let length = first.length
  for (const name of names) {
    while (!name.startsWith(first.slice(0, length))) length--
  }
  const common = first.slice(0, length).replace(/[\s,;:(_-]*(?:seed)?[\s,;:(_-]*$/i, '')
  return common === '' ? first : common
}
