import type { PlacedColumn } from './table-model.ts'

/** Of the cell that every row begins with: tick, colour and star. */
export const controlsWidth = 92

/** A placed column and where it stays when it is pinned, in CSS pixels from the left edge of the table. */
export interface FittedColumn extends PlacedColumn {
  readonly left?: number
}

/**
 * The columns as wide as a table of `available` pixels draws them: the name takes what the others leave, unless somebody
 * gave it a width. What is left even so goes into an empty column at the end.
 */
export function fittedColumns(
  columns: readonly PlacedColumn[],
  widths: Readonly<Record<string, number>>,
  available: number,
): { readonly columns: readonly FittedColumn[]; readonly rest: number; readonly total: number } {
  const sum = columns.reduce((total, { width }) => total + width, controlsWidth)
  const spare = Math.max(0, available - sum)
  const stretched = columns.findIndex(({ column }) => column.id === 'name' && widths[column.id] === undefined)
  let left = controlsWidth
  const fitted = columns.map((placed, index): FittedColumn => {
    const width = placed.width + (index === stretched ? spare : 0)
    if (!placed.isPinned) return { ...placed, width }
    const at = left
    left += width
    return { ...placed, width, left: at }
  })
  const rest = stretched < 0 ? spare : 0
  return { columns: fitted, rest, total: sum + spare }
}
