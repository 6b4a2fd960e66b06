import { sections, type Route } from './routes.ts'

export interface KeyPress {
  readonly key: string
  readonly isControl: boolean
  readonly isAlternate: boolean
  readonly isShift: boolean
  /** The focus is in a field that takes text. */
  readonly isTyping: boolean
}

export type ShortcutAction =
  | { readonly type: 'open'; readonly route: Route }
  | { readonly type: 'palette' }
  | { readonly type: 'help' }
  | { readonly type: 'undo' }
  | { readonly type: 'back' }
  | { readonly type: 'forward' }
  /** The first key of a pair: wait for the second. */
  | { readonly type: 'prefix' }

/** How long the second key of a pair may take. */
export const prefixTimeoutMs = 1200

/** What a key press means after `prefix` (the `g` of a pair), or undefined when it is not ours. */
export function interpretKey(press: KeyPress, hasPrefix: boolean): ShortcutAction | undefined {
  const key = press.key.length === 1 ? press.key.toLowerCase() : press.key
  if (press.isControl && !press.isAlternate && key === 'k') return { type: 'palette' }
  if (press.isTyping) return undefined
  if (press.isControl && !press.isAlternate && !press.isShift && key === 'z') return { type: 'undo' }
  if (press.isAlternate && !press.isControl) {
    if (key === 'ArrowLeft') return { type: 'back' }
    if (key === 'ArrowRight') return { type: 'forward' }
    return undefined
  }
  if (press.isControl || press.isAlternate) return undefined
  if (hasPrefix) {
    const section = sections.find((candidate) => candidate.key === key)
    return section === undefined ? undefined : { type: 'open', route: section.route }
  }
  if (key === 'g') return { type: 'prefix' }
  if (key === '?') return { type: 'help' }
  return undefined
}

export interface ShortcutHelp {
  readonly keys: readonly string[]
  readonly title: string
}

/** What the help dialog lists. */
export const shortcutHelp: readonly { readonly group: string; readonly rows: readonly ShortcutHelp[] }[] = [
  { group: 'Go to', rows: sections.map(({ key, title }) => ({ keys: ['g', key], title })) },
  {
    group: 'Everywhere',
    rows: [
      { keys: ['Ctrl', 'K'], title: 'Command palette' },
      { keys: ['Ctrl', 'Z'], title: 'Undo: bring back what was deleted or archived last' },
      { keys: ['?'], title: 'This help' },
      { keys: ['Alt', '←'], title: 'Back' },
      { keys: ['Alt', '→'], title: 'Forward' },
    ],
  },
  {
    group: 'Experiments',
    rows: [
      { keys: ['/'], title: 'Filter' },
      { keys: ['↑', '↓'], title: 'Move through rows' },
      { keys: ['Shift', '↑', '↓'], title: 'Select a range of rows' },
      { keys: ['→', '←'], title: 'Controls of a row; unfold and fold a group' },
      { keys: ['Space'], title: 'Select a row' },
      { keys: ['Ctrl', 'A'], title: 'Select all rows shown' },
      { keys: ['Enter'], title: 'Open a row' },
      { keys: ['s'], title: 'Star a row' },
      { keys: ['v'], title: 'Show a row in charts, or not' },
      { keys: ['Delete'], title: 'Delete the rows selected' },
      { keys: ['Shift', 'F10'], title: 'Menu of a row or a heading' },
      { keys: ['Shift', 'click'], title: 'Sort equal rows by a heading as well' },
      { keys: ['Ctrl', '←', '→'], title: 'Move a column from its heading' },
      { keys: ['Shift', '←', '→'], title: 'Make a column narrower or wider' },
    ],
  },
  {
    group: 'Charts',
    rows: [
      { keys: ['drag'], title: 'Zoom into a range of steps' },
      { keys: ['double click'], title: 'Show all steps' },
    ],
  },
]
