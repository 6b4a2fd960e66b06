/** A filter as a row of parts that all hold: what the chips above the table show, and what pressing them does. */
import type { ExperimentFilter } from '#shared/experiment/filter/experiment-filter.ts'
import { formatFilter } from '#shared/experiment/filter/format-filter.ts'
import { parseFilter, type FilterTextProblem } from '#shared/experiment/filter/filter-text.ts'

export interface FilterPart {
  readonly filter: ExperimentFilter
  /** As it is written. */
  readonly text: string
}

/** The parts of a filter that are joined by `and`. */
export function filterParts(filter: ExperimentFilter | undefined): readonly FilterPart[] {
  if (filter === undefined) return []
  const filters = filter.type === 'all' ? filter.of : [filter]
  return filters.map((part) => ({ filter: part, text: formatFilter(part) }))
}

/** The text of a filter without one of its parts. */
export function withoutPart(parts: readonly FilterPart[], index: number): string {
  return joinedParts(parts.toSpliced(index, 1).map(({ filter }) => filter))
}

/** The text of a filter with a part in place of another one, or at the end. */
export function withPart(parts: readonly FilterPart[], part: ExperimentFilter, index = parts.length): string {
  return joinedParts(parts.map(({ filter }) => filter).toSpliced(index, 1, part))
}

/** Adds a part, or takes it away where it stands already. */
export function togglePart(text: string, part: ExperimentFilter): string {
  const parsed = parseFilter(text)
  if (!parsed.ok) return text
  const parts = filterParts(parsed.filter)
  const at = parts.findIndex((own) => own.text === formatFilter(part))
  return at < 0 ? withPart(parts, part) : withoutPart(parts, at)
}

/** The text with what is wrong replaced by something that fits. */
export function mended(text: string, { start, end }: FilterTextProblem, suggestion: string): string {
  const before = text.slice(0, start)
  const space = start === end && before !== '' && !before.endsWith(' ') ? ' ' : ''
  return `${before}${space}${suggestion}${text.slice(end)}`
}

function joinedParts(filters: readonly ExperimentFilter[]): string {
  return formatFilter(filters.length < 2 ? filters[0] : { type: 'all', of: filters })
}
