/** What has the focus in a table whose rows move from one element to another. */

export interface RowFocus {
  /** Of the row. */
  readonly key: string
  /** Among the controls of the row; -1 for the row itself. */
  readonly control: number
}

export function rowElement(table: Element, key: string | undefined): HTMLElement | undefined {
  return [...table.querySelectorAll<HTMLElement>('tr[data-key]')].find((row) => row.dataset['key'] === key)
}

export function controlsOf(row: Element): readonly HTMLElement[] {
  return [...row.querySelectorAll<HTMLElement>('button, input')]
}

/** Undefined while the focus is elsewhere. */
export function focusIn(table: Element): RowFocus | undefined {
  const element = document.activeElement
  const row = element?.closest<HTMLElement>('tr[data-key]')
  const key = row?.dataset['key']
  if (!row || key === undefined || !table.contains(row)) return undefined
  return { key, control: controlsOf(row).findIndex((control) => control === element) }
}

/** Gives the focus back to where it was; nothing has it any more where that row is no longer drawn. */
export function followFocus(table: Element, { key, control }: RowFocus): void {
  const now = focusIn(table)
  if (now === undefined || now.key === key) return
  const row = rowElement(table, key)
  if (row === undefined) {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    return
  }
  const target = control < 0 ? row : controlsOf(row)[control]
  target?.focus({ preventScroll: true })
}
