/** Experiments as a file of rows: every value as the store has it, with its unit in the head. */
import type { FieldValue, RowFormat } from '../experiment/experiment-query.ts'
import type { ExperimentField } from '../experiment/filter/experiment-fields.ts'
import { quantities } from '../experiment/filter/field-units.ts'
import { csvText } from './csv.ts'

/** @param values of each field, by its id, an entry a row */
export function formatRows(
  fields: readonly ExperimentField[],
  values: Readonly<Record<string, readonly FieldValue[]>>,
  format: RowFormat,
): string {
  const [first] = fields
  const count = first === undefined ? 0 : (values[first.id]?.length ?? 0)
  const rows = Array.from({ length: count }, (_, row) =>
    fields.map((field) => ({ field, value: values[field.id]?.[row] ?? null })),
  )
  if (format === 'csv') {
    const lines = [fields.map(headOf), ...rows.map((row) => row.map(({ field, value }) => textOf(field, value)))]
    return csvText(lines)
  }
  const objects = rows.map((row) =>
    Object.fromEntries(row.map(({ field, value }) => [headOf(field), jsonOf(field, value)])),
  )
  return `${JSON.stringify(objects, undefined, 2)}\n`
}

/** `size (bytes)`: as a filter names the field, and in what it is counted. */
function headOf({ id, quantity, unit = quantities[quantity].storedIn }: ExperimentField): string {
  return unit === '' ? id : `${id} (${unit})`
}

function textOf({ type }: ExperimentField, value: FieldValue): string {
  if (value === null) return ''
  if (type === 'flag') return value === 1 ? 'yes' : 'no'
  return type === 'tags' ? tagsOf(value).join(', ') : String(value)
}

function jsonOf({ type }: ExperimentField, value: FieldValue): unknown {
  if (value === null) return null
  if (type === 'flag') return value === 1
  return type === 'tags' ? tagsOf(value) : value
}

/** Of a damaged list there are none. */
function tagsOf(value: string | number): readonly unknown[] {
  try {
    const tags: unknown = JSON.parse(String(value))
    return Array.isArray(tags) ? tags : []
  } catch {
    return []
  }
}
