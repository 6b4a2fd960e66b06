import type { TableColumn } from './columns.ts'

export interface ColumnSection {
  readonly title: string
  readonly columns: readonly TableColumn[]
}

/** The columns whose title, id or explanation has all the words, by where their values come from. */
export function columnSections(columns: readonly TableColumn[], text: string): readonly ColumnSection[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = columns.filter(({ id, title, explanation }) => {
    const where = `${title} ${id} ${explanation}`.toLowerCase()
    return words.every((word) => where.includes(word))
  })
  const titles = [...new Set(found.map(({ section }) => section))]
  return titles.map((title) => ({ title, columns: found.filter(({ section }) => section === title) }))
}
