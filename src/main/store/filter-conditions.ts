/** Filters as SQL over `experiments e`. */
import {
  comparisonProblem,
  valueProblem,
  type ExperimentFilter,
  type FilterComparison,
  type FilterProblem,
  type FilterValue,
} from '#shared/experiment/filter/experiment-filter.ts'
import type { ExperimentField } from '#shared/experiment/filter/experiment-fields.ts'
import { storedNumber } from '#shared/experiment/filter/field-units.ts'
import { AppException } from '#shared/basics/result.ts'
import { fieldExpression, fieldOf, type BoundValues } from './field-expressions.ts'
import type { Database } from './sqlite.ts'

/** What conditions call; a database needs them once. */
export function defineFilterFunctions(db: Database): void {
  // SQLite itself takes only the letters of ASCII for the same in both cases.
  const text = (fold: (text: string) => string) => (value: unknown) => (typeof value === 'string' ? fold(value) : null)
  db.function(
    'fold_case',
    { deterministic: true },
    text((value) => value.toLowerCase()),
  )
  db.function('fold_name', { deterministic: true }, text(foldedName))
}

/**
 * A condition that is true for what satisfies the filter, else false or NULL. A comparison with a value that is missing is
 * not satisfied, its negation is. Throws `invalid-argument` for fields that do not exist and comparisons that make no sense.
 */
export function filterCondition(filter: ExperimentFilter, values: BoundValues): string {
  switch (filter.type) {
    case 'all':
    case 'any': {
      if (filter.of.length === 0) return filter.type === 'all' ? '1' : '0'
      return `(${filter.of.map((part) => filterCondition(part, values)).join(filter.type === 'all' ? ' AND ' : ' OR ')})`
    }
    case 'not':
      return `NOT coalesce(${filterCondition(filter.of, values)}, 0)`
    case 'words':
      return wordsCondition(filter.text, values)
    case 'compare':
      return comparisonCondition(filter, values)
    case 'among': {
      const field = fieldOf(filter.field)
      filter.values.forEach((value) => assertSensible(field, valueProblem(field, value)))
      const listed = values.add(JSON.stringify(filter.values.map(foldedName)))
      return `fold_name(${fieldExpression(field, values)}) IN (SELECT value FROM json_each(${listed}))`
    }
    case 'known': {
      const field = fieldOf(filter.field)
      return `${fieldExpression(field, values)} IS ${filter.isKnown ? 'NOT NULL' : 'NULL'}`
    }
  }
}

function comparisonCondition({ field: id, operator, value }: FilterComparison, values: BoundValues): string {
  const field = fieldOf(id)
  assertSensible(field, comparisonProblem(field, operator, value))
  const expression = fieldExpression(field, values)
  switch (operator) {
    case '!=':
      return `NOT coalesce(${comparisonCondition({ type: 'compare', field: id, operator: '=', value }, values)}, 0)`
    case '~':
      return contains(expression, values.add(String(value).toLowerCase()))
    case 'has':
      // A damaged list of tags makes one experiment unreadable, not every filter.
      return `(json_valid(${expression}) AND EXISTS (SELECT 1 FROM json_each(${expression}) AS tag
        WHERE fold_case(tag.value) = ${values.add(String(value).toLowerCase())}))`
    case '=':
    case '<':
    case '<=':
    case '>':
    case '>=':
      if (field.type === 'date') return dateCondition(expression, operator, String(value), values)
      return field.type === 'text' || field.type === 'choice'
        ? `fold_name(${expression}) = ${values.add(foldedName(String(value)))}`
        : `${expression} ${operator} ${values.add(numberOf(field, value))}`
  }
}

/** A date is all of its time: `> 2026-11-30` is after that day, `= 2026-11-30T18:00` within the minute. */
function dateCondition(
  expression: string,
  operator: '=' | '<' | '<=' | '>' | '>=',
  date: string,
  values: BoundValues,
): string {
  const first = values.add(date.replace(/Z$/, ''))
  // Every later character of an ISO time sorts before this one.
  const last = values.add(`${date.replace(/Z$/, '')}~`)
  switch (operator) {
    case '=':
      return `${expression} BETWEEN ${first} AND ${last}`
    case '<':
      return `${expression} < ${first}`
    case '<=':
      return `${expression} <= ${last}`
    case '>':
      return `${expression} > ${last}`
    case '>=':
      return `${expression} >= ${first}`
  }
}

function wordsCondition(text: string, values: BoundValues): string {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const conditions = words.map((word) => {
    const bound = values.add(word)
    const like = isAscii(word) ? values.add(`%${word.replaceAll(/[!%_]/g, '!$&')}%`) : undefined
    const has = (column: string) => (like === undefined ? contains(column, bound) : `${column} LIKE ${like} ESCAPE '!'`)
    const named = (table: string) => `IN (SELECT id FROM ${table} WHERE ${has('name')})`
    const own = ['name', 'tags', 'notes', 'id', 'architecture'].map((column) => has(`e.${column}`))
    return `(${[...own, `e.network_id ${named('networks')}`, `e.dataset_id ${named('datasets')}`].join(' OR ')})`
  })
  return conditions.length === 0 ? '1' : conditions.join(' AND ')
}

function contains(expression: string, lowerCase: string): string {
  return `instr(fold_case(${expression}), ${lowerCase}) > 0`
}

function numberOf(field: ExperimentField, value: FilterValue): number {
  if (typeof value === 'boolean') return Number(value)
  return typeof value === 'object' ? (storedNumber(field.quantity, value) ?? NaN) : NaN
}

function assertSensible(field: ExperimentField, problem: FilterProblem | undefined): void {
  if (problem === undefined) return
  const { message, suggestions } = problem
  throw new AppException({
    code: 'invalid-argument',
    message,
    where: field.id,
    ...(suggestions.length === 0 ? {} : { remedy: `What would fit: ${suggestions.join(', ')}.` }),
  })
}

/** Without what people write otherwise in names of networks and methods: `resnet20` is ResNet-20. */
function foldedName(text: string): string {
  return text.toLowerCase().replaceAll(/[\s_-]+/g, '')
}

function isAscii(text: string): boolean {
  return /^[\x20-\x7e]*$/.test(text)
}
