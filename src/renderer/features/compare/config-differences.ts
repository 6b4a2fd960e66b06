/** Configurations side by side, by group. */
import type { Comparison } from '#shared/measures/comparison.ts'
import { describeParameter } from '#shared/parameters/parameter-catalogue.ts'
import { parameterGroupTitles, type ParameterGroupId } from '#shared/parameters/parameter-groups.ts'
import type { ParameterDescription } from '#shared/parameters/parameter-controls.ts'
import { windowFamilyOf } from '../../families/table.ts'
import { typedValues, valueTitle } from '../new-experiment/config-editing.ts'
import { compareTexts } from './texts.ts'

export interface ShownConfigRow {
  readonly path: string
  readonly title: string
  /** One an entry; undefined where its method has no such setting, or ignores it as the others are. */
  readonly values: readonly (string | undefined)[]
  readonly isSame: boolean
}

export interface ConfigGroup {
  readonly title: string
  readonly rows: readonly ShownConfigRow[]
}

type Compared = Pick<Comparison, 'configRows' | 'entries'>

interface Wanted {
  readonly hidesSame: boolean
  /** Part of a title, a path or a value. */
  readonly search: string
}

/**
 * Settings that all have come first, by group; those that only some methods have follow under their own heading, so that a
 * baseline beside a predictor is not eighty blanks.
 */
export function configGroups(comparison: Compared, { hidesSame, search }: Wanted): readonly ConfigGroup[] {
  const words = search.trim().toLowerCase()
  const common = new Map<string, ShownConfigRow[]>()
  const special: ShownConfigRow[] = []
  for (const configRow of effectiveRows(comparison)) {
    const { row, group } = shown(configRow)
    if (hidesSame && row.isSame) continue
    if (words !== '' && ![row.path, row.title, ...row.values].some((text) => text?.toLowerCase().includes(words)))
      continue
    if (row.values.includes(undefined)) special.push(row)
    else common.set(group, [...(common.get(group) ?? []), row])
  }
  const groups = [...common].map(([title, rows]) => ({ title, rows }))
  return special.length === 0 ? groups : [...groups, { title: compareTexts.someMethods, rows: special }]
}

/** How many settings differ: of those that all have, and of those that only some methods have. */
export function differenceCounts(comparison: Compared): { readonly common: number; readonly special: number } {
  const differing = effectiveRows(comparison).filter(({ isSame }) => !isSame)
  const special = differing.filter(({ values }) => values.includes('')).length
  return { common: differing.length - special, special }
}

/**
 * Without what a method ignores as its other settings are: it changes nothing. Nor the word that the store has for a family,
 * which is none of the reader's: the settings of its method say it.
 */
function effectiveRows({ configRows, entries }: Compared): Comparison['configRows'] {
  const reads = entries.map(({ experiment: { config } }) => {
    const { form } = windowFamilyOf(config)
    const typed = typedValues(config)
    return (parameter: ParameterDescription): boolean => form.hasEffect(parameter, typed)
  })
  return configRows.flatMap((row) => {
    if (row.path === 'kind') return []
    const description = describeParameter(row.path)
    if (description === undefined) return [row]
    const values = row.values.map((value, index) => (reads[index]?.(description) === false ? '' : value))
    if (values.every((value) => value === '')) return []
    return [{ ...row, values, isSame: values.every((value) => value === values[0]) }]
  })
}

function shown({ path, values, isSame }: Comparison['configRows'][number]): { row: ShownConfigRow; group: string } {
  const description = describeParameter(path)
  const known = values.map((value) => (value === '' ? undefined : value))
  if (description === undefined) {
    return { row: { path, title: path, values: known, isSame }, group: compareTexts.otherSettings }
  }
  const titles = known.map((value) => value && (valueTitle(description, value) || value))
  return {
    row: { path, title: fullTitle(description), values: titles, isSame },
    group: parameterGroupTitles[description.group],
  }
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
