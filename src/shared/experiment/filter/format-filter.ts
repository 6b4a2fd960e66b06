import { type ExperimentFilter, type FilterValue } from './experiment-filter.ts'
import { filterKeywords } from './filter-text.ts'
import { quotedText } from './filter-tokens.ts'

/** A filter as text, which `parseFilter` reads as the same filter; empty for none. */
export function formatFilter(filter: ExperimentFilter | undefined): string {
  return filter === undefined ? '' : formatted(filter, 'any')
}

/** @param within what a text without parentheses may be there: anything, what `and` joins, or a single part */
function formatted(filter: ExperimentFilter, within: 'any' | 'all' | 'part'): string {
  switch (filter.type) {
    case 'any': {
      const text = filter.of.map((part) => formatted(part, 'all')).join(' or ')
      return within === 'any' ? text : `(${text})`
    }
    case 'all': {
      const text = filter.of.map((part) => formatted(part, 'part')).join(' and ')
      return within === 'part' ? `(${text})` : text
    }
    case 'not':
      return `not ${formatted(filter.of, 'part')}`
    case 'words':
      return plainOrQuoted(filter.text)
    case 'compare':
      return `${filter.field} ${filter.operator} ${formatValue(filter.value)}`
    case 'among':
      return `${filter.field} in (${filter.values.map(plainOrQuoted).join(', ')})`
    case 'known':
      return `${filter.field} is ${filter.isKnown ? 'known' : 'missing'}`
  }
}

function formatValue(value: FilterValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  if (typeof value === 'string') return plainOrQuoted(value)
  return value.unit === undefined ? String(value.number) : `${value.number} ${value.unit}`
}

const plainPattern = /^[\p{L}\p{N}_./:+-]+$/u

function plainOrQuoted(text: string): string {
  return plainPattern.test(text) && !filterKeywords.has(text.toLowerCase()) ? text : quotedText(text)
}
