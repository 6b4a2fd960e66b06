/** Columns for what lists do not carry: any value of a configuration, any metric, and the rest of an experiment's fields. */
import { experimentFields, type ExperimentField } from '#shared/experiment/filter/experiment-fields.ts'
import type { FieldValue } from '#shared/experiment/experiment-query.ts'
import { describeParameter } from '#shared/parameters/parameter-catalogue.ts'
import {
  formatAge,
  formatBytes,
  formatDuration,
  formatExactBytes,
  formatFixed,
  formatNumber,
  formatPercent,
  formatRatio,
  formatTime,
} from '../../format/format.ts'
import { valueTitle } from '../new-experiment/config-editing.ts'
import { ownColumns, type CellValue, type TableColumn } from './columns.ts'
import { experimentsTexts } from './texts.ts'

const sections = {
  own: experimentsTexts.experimentSection,
  configuration: experimentsTexts.configurationSection,
  metric: experimentsTexts.metricSection,
} as const

const own = new Set(ownColumns.map(({ id }) => id))

/** Every field that has no column in the lists themselves. */
const fieldColumns: readonly TableColumn[] = experimentFields.filter(({ id }) => !own.has(id)).map(columnOf)

export const allColumns: readonly TableColumn[] = [...ownColumns, ...fieldColumns]

const needed = new Set(fieldColumns.map(({ id }) => id))

/** Those of the fields whose values must be asked of the store. */
export function storedFields(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)].filter((id) => needed.has(id))
}

function columnOf(field: ExperimentField): TableColumn {
  const { id, title, explanation, type, source } = field
  return {
    id,
    section: sections[source],
    title,
    explanation,
    isNumber: type === 'number' || type === 'date',
    width: Math.min(220, Math.max(96, 40 + 7 * title.length)),
    valueOf: ({ stored }) => cellValue(field, stored(id)),
    textOf: (value, nowMs) => textOf(field, value, nowMs),
    ...(field.quantity === 'bytes' ? { detailOf: (value: CellValue) => formatExactBytes(Number(value)) } : {}),
    ...(type === 'date' ? { detailOf: (value: CellValue) => formatTime(String(value)), hasNoMean: true } : {}),
  }
}

function cellValue({ type }: ExperimentField, value: FieldValue | undefined): CellValue | undefined {
  if (value === undefined || value === null || value === '') return undefined
  if (type === 'flag') return value === 1 ? experimentsTexts.yes : experimentsTexts.no
  return value
}

function textOf(field: ExperimentField, value: CellValue, nowMs: number): string {
  if (typeof value === 'string') {
    if (field.type === 'date') return formatAge(value, nowMs)
    const parameter = field.source === 'configuration' ? describeParameter(field.path) : undefined
    return parameter === undefined || field.type === 'flag' ? value : valueTitle(parameter, value) || value
  }
  return fieldNumberText(field, value)
}

/** A number of a field in the unit in which people read it. */
export function fieldNumberText({ quantity }: Pick<ExperimentField, 'quantity'>, value: number): string {
  switch (quantity) {
    case 'bytes':
      return formatBytes(value)
    case 'fraction':
      return formatPercent(value)
    case 'points':
      return `${formatFixed(100 * value, 2)} points`
    case 'seconds':
      return formatDuration(value)
    case 'ratio':
      return formatRatio(value)
    case 'percent':
      return `${formatFixed(value, 0)} %`
    case 'number':
      return formatNumber(value)
  }
}
