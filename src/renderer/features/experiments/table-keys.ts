/** What a key means on a row of the table. */

interface TableKeyPress {
  readonly key: string
  readonly isShift: boolean
  /** Control, or Command on a Mac. */
  readonly isControl: boolean
  readonly isAlternate: boolean
}

export type TableKeyAction =
  /** To another row; `isExtending` selects all on the way. */
  | { readonly type: 'move'; readonly by: number | 'first' | 'last'; readonly isExtending: boolean }
  /** To the controls within the row, or back; folds and unfolds a group. */
  | { readonly type: 'inward' }
  | { readonly type: 'outward' }
  | { readonly type: 'select' | 'select-all' | 'open' | 'star' | 'show-in-charts' | 'remove' }

/** @param pageRows rows that are in sight at once */
export function interpretTableKey(press: TableKeyPress, pageRows: number): TableKeyAction | undefined {
  const { key, isShift, isControl, isAlternate } = press
  if (isAlternate) return undefined
  if (isControl) return key === 'a' ? { type: 'select-all' } : undefined
  const moves: Readonly<Record<string, number | 'first' | 'last'>> = {
    ArrowDown: 1,
    ArrowUp: -1,
    PageDown: pageRows,
    PageUp: -pageRows,
    Home: 'first',
    End: 'last',
  }
  const by = moves[key]
  if (by !== undefined) return { type: 'move', by, isExtending: isShift }
  switch (key) {
    case 'ArrowRight':
      return { type: 'inward' }
    case 'ArrowLeft':
      return { type: 'outward' }
    case ' ':
      return { type: 'select' }
    case 'Enter':
      return { type: 'open' }
    case 's':
      return { type: 'star' }
    case 'v':
      return { type: 'show-in-charts' }
    case 'Delete':
      return { type: 'remove' }
    default:
      return undefined
  }
}

/** The index of the row that a move leads to. */
export function movedIndex(index: number, by: number | 'first' | 'last', rowCount: number): number {
  if (by === 'first') return 0
  return Math.max(0, by === 'last' ? rowCount - 1 : Math.min(rowCount - 1, index + by))
}
