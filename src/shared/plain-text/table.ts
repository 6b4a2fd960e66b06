export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

/** Rows under titles, columns aligned, two spaces between; `empty` when there is none. */
export function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[], empty = ''): string {
  if (rows.length === 0) return empty
  const widths = columns.map(({ title }, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    columns
      .map(({ align }, i) => {
        const cell = cells[i] ?? ''
        const width = widths[i] ?? 0
        return align === 'right' ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [columns.map(({ title }) => title), ...rows].map(line).join('\n')
}

/** `label  value` lines, values aligned. */
export function formatFacts(facts: readonly (readonly [string, string])[]): string {
  const width = Math.max(...facts.map(([label]) => label.length))
  return facts.map(([label, value]) => `${label.padEnd(width)}  ${value}`).join('\n')
}
