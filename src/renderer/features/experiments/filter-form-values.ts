import type { ExperimentField } from '#shared/experiment/filter/experiment-fields.ts'
import type { FilterValue } from '#shared/experiment/filter/experiment-filter.ts'

/** What was typed, as a value of the field; undefined where that is nothing, or no number where one is needed. */
export function typedValue(
  { type }: ExperimentField,
  typed: string,
  unit: string | undefined,
): FilterValue | undefined {
  const text = typed.trim()
  if (text === '') return undefined
  if (type === 'flag') return text === 'yes'
  if (type !== 'number') return text
  const number = Number(text.replace(',', '.').replace('−', '-'))
  if (!Number.isFinite(number)) return undefined
  return unit === undefined ? { number } : { number, unit }
}

/** A value as the form shows it, without its unit. */
export function valueText(value: FilterValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return typeof value === 'string' ? value : String(value.number)
}
