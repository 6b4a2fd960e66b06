import type { ExperimentOrder } from '#shared/experiment/experiment-query.ts'
import { experimentField, nearFields } from '#shared/experiment/filter/experiment-fields.ts'
import type { ExperimentFilter } from '#shared/experiment/filter/experiment-filter.ts'
import { parseFilter } from '#shared/experiment/filter/filter-text.ts'
import { UsageError } from './usage-error.ts'

/** What `--filter` says; undefined where nothing is asked for. Throws `UsageError` with the place and what would fit. */
export function readFilter(text: string | undefined): ExperimentFilter | undefined {
  if (text === undefined) return undefined
  const parsed = parseFilter(text)
  if (parsed.ok) return parsed.filter
  const { message, start, end, suggestions } = parsed.problem
  const mark = `${' '.repeat(start)}${'^'.repeat(Math.max(1, end - start))}`
  const fitting = suggestions.length === 0 ? '' : ` What would fit: ${suggestions.join(', ')}.`
  throw new UsageError(`--filter: ${message}\n  ${text}\n  ${mark}`, `docs/filters.md has the language.${fitting}`)
}

/** One part of `--sort`: a field, with a dash in front from the largest on. Throws `UsageError`. */
export function readOrder(part: string, flag: string): ExperimentOrder {
  const isDescending = part.startsWith('-')
  return { field: readField(isDescending ? part.slice(1) : part, flag), isDescending }
}

/** The id of a field. Throws `UsageError`. */
export function readField(id: string, flag: string): string {
  const field = experimentField(id)
  if (field !== undefined) return field.id
  const near = nearFields(id)
  throw new UsageError(
    `${flag}: there is no field ${id}.`,
    near.length === 0 ? 'docs/filters.md lists the fields.' : `Did you mean ${near.join(' or ')}?`,
  )
}
